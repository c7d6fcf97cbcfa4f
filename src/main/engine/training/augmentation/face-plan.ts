/** Where a warped face takes its pixel at (x, y) from: (a·x + b·y + tx, c·x + d·y + ty), seen from the face's centre. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly tx: number;
  readonly ty: number;
}

/** A rectangle of whole pixels. */
export interface Patch {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** All that is done to one face: one warp, then grey · gain + mean grey · lift, then a patch of plain grey. */
export interface FacePlan {
  readonly sampling: Affine;
  readonly gain: number;
  readonly lift: number;
  readonly erased: Patch | null;
}

/** The plan that leaves a face as it is. */
export const UNCHANGED: FacePlan = {
  sampling: { a: 1, b: 0, c: 0, d: 1, tx: 0, ty: 0 },
  gain: 1,
  lift: 0,
  erased: null,
};

/** The plan with one more step at the end of its warp; `step` says where the moved face takes its pixels from. */
export function warped(plan: FacePlan, step: Affine): FacePlan {
  const { a, b, c, d, tx, ty } = plan.sampling;
  return {
    ...plan,
    sampling: {
      a: a * step.a + b * step.c,
      b: a * step.b + b * step.d,
      c: c * step.a + d * step.c,
      d: c * step.b + d * step.d,
      tx: a * step.tx + b * step.ty + tx,
      ty: c * step.tx + d * step.ty + ty,
    },
  };
}
