import { finish, type Protocol, sum, withoutSingleVotes } from './protocol.ts';

/** Every class with at least 30 % of the votes; dropped where those hold no more than half (Barsoum et al., 2016). */
export const multiTarget: Protocol<'multi-target'> = {
  name: 'multi-target',
  label: 'Multi-target',
  explanation: 'Every class with at least 30 % of the votes is a target; the strongest one is scored.',
  target(votes, emotion) {
    const counts = withoutSingleVotes(votes);
    const all = sum(counts);
    const kept = counts.map((count) => (count >= 0.3 * all ? count : 0));
    return sum(kept) <= 0.5 * all ? null : finish(kept, emotion);
  },
};
