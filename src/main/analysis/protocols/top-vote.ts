import { finish, type Protocol } from './protocol.ts';

/** One-hot on the class with most votes, however few: the only sensible target where a face has one label. */
export const topVote: Protocol<'top-vote'> = {
  name: 'top-vote',
  label: 'Top vote',
  explanation: 'The class with most votes, no face dropped for doubt; for datasets with one label a face.',
  target(votes, emotion) {
    const top = Math.max(...votes);
    const first = votes.indexOf(top);
    return finish(
      votes.map((count, index) => (index === first ? count : 0)),
      emotion,
    );
  },
};
