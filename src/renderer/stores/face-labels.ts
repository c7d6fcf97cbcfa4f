import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { FaceLabel } from '../../shared/contract/labels.ts';
import { onBackendChange, onBackendEvent } from '../backend-events.ts';
import { client } from '../client.ts';

const MOST_AT_ONCE = 5000;
const MOST_KEPT = 100_000;

/** How faces stand in the log of labels, as far as a screen has asked; kept current by the backend's events. */
export const useFaceLabels = defineStore('face-labels', () => {
  const known = new Map<number, FaceLabel>();
  const wanted = new Set<number>();
  /** Grows with every change; whoever reads `of` in a computed reads it too. */
  const version = ref(0);
  let asking = false;

  const of = (sampleId: number): FaceLabel | undefined => (version.value < 0 ? undefined : known.get(sampleId));

  /** Takes over what is newer than what is known. */
  function put(faces: readonly FaceLabel[]): void {
    if (known.size > MOST_KEPT) known.clear();
    for (const face of faces) {
      const before = known.get(face.sampleId);
      if (before === undefined || before.revision <= face.revision) known.set(face.sampleId, face);
    }
    version.value += 1;
  }

  /** Has these faces loaded, unless they are known; many calls in one moment make one question. */
  function want(sampleIds: readonly number[]): void {
    for (const id of sampleIds) if (!known.has(id)) wanted.add(id);
    if (wanted.size > 0 && !asking) void ask();
  }

  async function ask(): Promise<void> {
    asking = true;
    try {
      await Promise.resolve();
      while (wanted.size > 0) {
        const ids = [...wanted].slice(0, MOST_AT_ONCE);
        for (const id of ids) wanted.delete(id);
        put(await client.labels.faces({ sampleIds: ids }));
      }
    } catch {
      wanted.clear();
    } finally {
      asking = false;
    }
  }

  /** These faces as the backend has them now, also where they are known. */
  async function fresh(sampleIds: readonly number[]): Promise<readonly FaceLabel[]> {
    const faces: FaceLabel[] = [];
    for (let start = 0; start < sampleIds.length; start += MOST_AT_ONCE) {
      faces.push(...(await client.labels.faces({ sampleIds: sampleIds.slice(start, start + MOST_AT_ONCE) })));
    }
    put(faces);
    return faces;
  }

  onBackendEvent((event) => {
    if (event.type === 'labels') put(event.faces);
  });
  onBackendChange(['samples'], () => {
    const ids = [...known.keys()];
    if (ids.length > 0) void fresh(ids).catch(() => known.clear());
  });

  return { version, of, put, want, fresh };
});
