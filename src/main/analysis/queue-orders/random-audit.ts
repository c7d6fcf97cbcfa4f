import { hash } from 'node:crypto';
import { byScore, type Order } from './order.ts';

/**
 * By a number that follows from seed and face alone, uniform in [0, 1): a simple random sample without replacement,
 * which stays the same when other faces are added.
 */
export const randomAudit: Order<'random-audit'> = {
  name: 'random-audit',
  label: 'Random audit sample',
  explanation: 'A random sample, the same for the same seed: what it shows holds for all faces of the query.',
  scoreLabel: 'Draw',
  needsRun: false,
  rank: byScore(({ face }, seed) => hash('sha256', `${seed} ${face.id}`, 'buffer').readUInt32LE() / 2 ** 32),
};
