import type { Measure } from './measure.ts';

/** JS(p, q) = H((p + q)/2) − (H(p) + H(q))/2 in nats (Lin, 1991). In [0, ln 2]; null without votes. */
export const jsDivergence: Measure = {
  name: 'jsDivergence',
  label: 'JS divergence',
  explanation: 'How far apart crowd and model are, in nats: 0 when they agree, ln 2 ≈ 0.69 when they share no class.',
  unit: 'nats',
  voice: 'both',
  compute({ voteShares, probabilities }) {
    if (voteShares === null) return null;
    const middle = voteShares.map((p, index) => (p + (probabilities[index] ?? 0)) / 2);
    return Math.max(0, entropy(middle) - (entropy(voteShares) + entropy(probabilities)) / 2);
  },
};

const entropy = (shares: readonly number[]): number =>
  shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
