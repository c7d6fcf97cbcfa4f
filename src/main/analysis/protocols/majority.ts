import { finish, type Protocol, sum, withoutSingleVotes } from './protocol.ts';

/** One-hot on the top class if it holds more than half of the votes left by the outlier rule, else dropped. */
export const majority: Protocol<'majority'> = {
  name: 'majority',
  label: 'Majority',
  explanation: 'The top class, only where more than half of the votes agree; other faces are dropped.',
  target(votes, emotion) {
    const counts = withoutSingleVotes(votes);
    const top = Math.max(...counts);
    if (top <= 0.5 * sum(counts)) return null;
    const first = counts.indexOf(top);
    return finish(
      counts.map((count, index) => (index === first ? count : 0)),
      emotion,
    );
  },
};
