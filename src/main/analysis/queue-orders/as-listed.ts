import type { Order } from './order.ts';

/** By the places of the faces in the list that the query names; without a list, as they were imported. */
export const asListed: Order<'as-listed'> = {
  name: 'as-listed',
  label: 'As listed',
  explanation: 'The faces in the order in which they were chosen or found.',
  scoreLabel: 'Place',
  needsRun: false,
  rank(candidates, { listed }) {
    const places = new Map(listed.map((id, index) => [id, index]));
    return candidates
      .map(({ face }) => face.id)
      .toSorted((a, b) => (places.get(a) ?? a) - (places.get(b) ?? b))
      .map((sampleId, index) => ({ sampleId, score: index + 1 }));
  },
};
