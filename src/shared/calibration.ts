const BINS = 15;

/**
 * Expected calibration error: the faces are put in bins of equal width by their confidence, (0, 1/bins] the first; the
 * gaps between mean confidence and share of right answers are averaged, bins weighted by their faces (Guo et al. 2017).
 * Null without any face.
 */
export function expectedCalibrationError(
  confidences: ArrayLike<number>,
  right: ArrayLike<number>,
  bins = BINS,
): number | null {
  const gaps = new Float64Array(bins);
  for (let face = 0; face < confidences.length; face += 1) {
    const confidence = confidences[face]!;
    const bin = Math.min(Math.max(Math.ceil(confidence * bins) - 1, 0), bins - 1);
    gaps[bin]! += confidence - right[face]!;
  }
  if (confidences.length === 0) return null;
  return gaps.reduce((total, gap) => total + Math.abs(gap), 0) / confidences.length;
}
