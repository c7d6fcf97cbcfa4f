const RADIX = 1 << 16;

/** The stable ascending order of uint32 keys: positions such that keys[order[i]] never falls. Two radix passes. */
export function argsort(keys: Uint32Array): Uint32Array<ArrayBuffer> {
  const identity = new Uint32Array(keys.length);
  for (let index = 0; index < keys.length; index += 1) identity[index] = index;
  return pass(keys, pass(keys, identity, 0), 16);
}

function pass(keys: Uint32Array, order: Uint32Array, shift: number): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(RADIX + 1);
  for (let index = 0; index < keys.length; index += 1) {
    const digit = (keys[index]! >>> shift) & (RADIX - 1);
    starts[digit + 1]! += 1;
  }
  for (let digit = 0; digit < RADIX; digit += 1) starts[digit + 1]! += starts[digit]!;
  const sorted = new Uint32Array(order.length);
  for (let index = 0; index < order.length; index += 1) {
    const position = order[index]!;
    const digit = (keys[position]! >>> shift) & (RADIX - 1);
    sorted[starts[digit]!] = position;
    starts[digit]! += 1;
  }
  return sorted;
}

/** The key of a missing value, greater than that of any number. */
export const ABSENT = 0xffffffff;
const asFloat = new Float32Array(1);
const asBits = new Uint32Array(asFloat.buffer);

/** A uint32 that sorts like the float32; NaN, meaning no value, becomes ABSENT. */
export function sortKey(value: number): number {
  if (Number.isNaN(value)) return ABSENT;
  asFloat[0] = value;
  const bits = asBits[0]!;
  return bits & 0x80000000 ? ~bits >>> 0 : (bits | 0x80000000) >>> 0;
}
