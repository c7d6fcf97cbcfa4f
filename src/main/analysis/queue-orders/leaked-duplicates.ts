import type { Candidate, Order } from './order.ts';

/**
 * Faces whose pixels stand in another split too, copies beside each other: those that bear different labels first, then
 * those with most copies.
 */
export const leakedDuplicates: Order<'leaked-duplicates'> = {
  name: 'leaked-duplicates',
  label: 'Leaked duplicates',
  explanation:
    'Faces with the same pixels in another split, beside each other; those with different labels come first.',
  scoreLabel: 'Copies',
  needsRun: false,
  needsLeaks: true,
  rank: (candidates) =>
    candidates
      .filter((candidate): candidate is Leaked => candidate.leak !== null)
      .toSorted(
        ({ leak: a, face: faceA }, { leak: b, face: faceB }) =>
          Number(b.labelsDiffer) - Number(a.labelsDiffer) ||
          b.copies - a.copies ||
          a.imageId - b.imageId ||
          faceA.id - faceB.id,
      )
      .map(({ face, leak }) => ({ sampleId: face.id, score: leak.copies })),
};

type Leaked = Candidate & { readonly leak: NonNullable<Candidate['leak']> };
