import { byScore, type Order } from './order.ts';

/** By 1 − (q₁ − q₂), the model's two greatest probabilities: 1 is a face on the boundary of two classes. */
export const nearBoundary: Order<'near-boundary'> = {
  name: 'near-boundary',
  label: 'Near the decision boundary',
  explanation: 'The faces that the model wavers most about, between its first and its second class, come first.',
  scoreLabel: 'Closeness of two classes',
  needsRun: true,
  rank: byScore(({ input }) => {
    if (input === null) return null;
    const [first = 0, second = 0] = input.probabilities.toSorted((a, b) => b - a);
    return 1 - (first - second);
  }),
};
