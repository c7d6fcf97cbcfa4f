import type { Measure } from './measure.ts';

/** A probability of zero would make the divergence infinite; float32 softmax never gives less than this. */
const SMALLEST = 1e-12;

/** KL(p‖q) = Σ p ln(p / q) in nats, votes p against the model's probabilities q. At least 0; null without votes. */
export const klFromVotes: Measure = {
  name: 'klFromVotes',
  label: 'KL from votes',
  explanation: 'How badly the model’s probabilities explain the crowd’s emotion votes, in nats: 0 when they agree.',
  unit: 'nats',
  voice: 'both',
  compute({ voteShares, probabilities }) {
    if (voteShares === null) return null;
    return voteShares.reduce(
      (sum, p, index) => (p > 0 ? sum + p * Math.log(p / Math.max(probabilities[index] ?? 0, SMALLEST)) : sum),
      0,
    );
  },
};
