/** Numbers as little-endian float32 bytes, as probabilities and embeddings are stored. */
export function encodeVector(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (let index = 0; index < values.length; index += 1) bytes.writeFloatLE(values[index]!, index * 4);
  return bytes;
}

/** The numbers that `encodeVector` wrote. */
export function decodeVector(bytes: Buffer): Float32Array {
  const values = new Float32Array(bytes.length / 4);
  for (let index = 0; index < values.length; index += 1) values[index] = bytes.readFloatLE(index * 4);
  return values;
}
