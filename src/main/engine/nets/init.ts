/** How a tensor starts when there are no weights for it. `uniform` draws from ±bound. */
export type Init =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'truncated-normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'values'; readonly values: readonly number[] };

export const ZEROS: Init = { kind: 'constant', value: 0 };
export const ONES: Init = { kind: 'constant', value: 1 };
export const constantInit = (value: number): Init => ({ kind: 'constant', value });
/** timm's start of transformer weights and tokens. */
export const truncatedNormal = (std = 0.02): Init => ({ kind: 'truncated-normal', std });
/** PyTorch's start of Linear and Conv weights and biases: uniform within 1 ÷ √fan-in (Kaiming, a = √5). */
export const fanInUniform = (fanIn: number): Init => ({ kind: 'uniform', bound: 1 / Math.sqrt(fanIn) });
/** Before a PReLU of that slope: keeps the variance of what goes through (He et al., ICCV 2015, eq. 15). */
export const heNormal =
  (slope: number) =>
  (fanIn: number): Init => ({ kind: 'normal', std: Math.sqrt(2 / ((1 + slope ** 2) * fanIn)) });

/**
 * Fills an array of `length` numbers as `init` says, drawing from `next` (uniform in [0, 1)). Truncated normal numbers
 * lie within two standard deviations.
 */
export function initialise(init: Init, length: number, next: () => number): Float32Array {
  switch (init.kind) {
    case 'constant':
      return new Float32Array(length).fill(init.value);
    case 'values':
      return Float32Array.from(init.values);
    case 'uniform':
      return Float32Array.from({ length }, () => (next() * 2 - 1) * init.bound);
    case 'normal':
      return Float32Array.from({ length }, () => normal(next) * init.std);
    case 'truncated-normal':
      return Float32Array.from({ length }, () => truncated(next) * init.std);
  }
}

/** A standard normal number (Box and Muller 1958). */
const normal = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

function truncated(next: () => number): number {
  for (;;) {
    const draw = normal(next);
    if (Math.abs(draw) <= 2) return draw;
  }
}
