import { drawsFor } from '../random.ts';
import type { FaceTargets } from '../targets.ts';

/** The faces at these places of a table, in this order. */
export function pickFaces(table: FaceTargets, places: readonly number[]): FaceTargets {
  const width = table.classes.length;
  const rows = (values: Float32Array): Float32Array => {
    const picked = new Float32Array(places.length * width);
    for (const [index, place] of places.entries()) {
      picked.set(values.subarray(place * width, (place + 1) * width), index * width);
    }
    return picked;
  };
  return {
    ...table,
    ids: Uint32Array.from(places, (place) => table.ids[place]!),
    labels: Uint16Array.from(places, (place) => table.labels[place]!),
    ambiguity: Float32Array.from(places, (place) => table.ambiguity[place]!),
    targets: rows(table.targets),
    shares: rows(table.shares),
  };
}

/** At most `most` faces of a table, drawn by the seed, in the table's order; all of them for null. */
export function drawFaces(table: FaceTargets, most: number | null, seed: number): FaceTargets {
  const count = table.ids.length;
  if (most === null || most >= count) return table;
  const draws = drawsFor('limit', seed);
  const places = Array.from({ length: count }, (_, place) => place);
  for (let index = 0; index < most; index += 1) {
    const other = index + draws.whole(count - 1 - index);
    const moved = places[index]!;
    places[index] = places[other]!;
    places[other] = moved;
  }
  return pickFaces(
    table,
    places.slice(0, most).sort((a, b) => a - b),
  );
}

/** The table without the faces of these numbers. */
export function withoutFaces(table: FaceTargets, ids: ReadonlySet<number>): FaceTargets {
  return pickFaces(
    table,
    Array.from(table.ids.keys()).filter((place) => !ids.has(table.ids[place]!)),
  );
}
