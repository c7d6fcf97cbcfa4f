/** A result for each element of `a`; `b` is as long, or repeated until it is. */
export type Binary = (a: Float32Array, b: Float32Array) => Float32Array;

// One loop an operation: shared by several, it would call a function for each element.

export const added: Binary = (a, b) => {
  const sum = new Float32Array(a.length);
  for (let start = 0; start < a.length; start += b.length) {
    for (let at = 0; at < b.length; at += 1) sum[start + at] = a[start + at]! + b[at]!;
  }
  return sum;
};

export const subtracted: Binary = (a, b) => {
  const difference = new Float32Array(a.length);
  for (let start = 0; start < a.length; start += b.length) {
    for (let at = 0; at < b.length; at += 1) difference[start + at] = a[start + at]! - b[at]!;
  }
  return difference;
};

export const multiplied: Binary = (a, b) => {
  const product = new Float32Array(a.length);
  for (let start = 0; start < a.length; start += b.length) {
    for (let at = 0; at < b.length; at += 1) product[start + at] = a[start + at]! * b[at]!;
  }
  return product;
};

/** x where it is positive, else `slope` · x. */
export function leaky(x: Float32Array, slope: number): Float32Array {
  const y = new Float32Array(x.length);
  for (let at = 0; at < x.length; at += 1) {
    const value = x[at]!;
    y[at] = value > 0 ? value : slope * value;
  }
  return y;
}

/** 1 where x is positive, else `slope`. */
export function steps(x: Float32Array, slope: number): Float32Array {
  const y = new Float32Array(x.length);
  for (let at = 0; at < x.length; at += 1) y[at] = x[at]! > 0 ? 1 : slope;
  return y;
}
