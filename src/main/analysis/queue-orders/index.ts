import { asListed } from './as-listed.ts';
import { crowdAgainstModel } from './crowd-against-model.ts';
import { labelIssues } from './label-issues.ts';
import { leakedDuplicates } from './leaked-duplicates.ts';
import { mostAmbiguous } from './most-ambiguous.ts';
import { mostMistaken } from './most-mistaken.ts';
import { nearBoundary } from './near-boundary.ts';
import { randomAudit } from './random-audit.ts';

/** Every order of a review queue; a new one is a file and a line here. */
export const QUEUE_ORDERS = [
  mostAmbiguous,
  mostMistaken,
  labelIssues,
  crowdAgainstModel,
  nearBoundary,
  randomAudit,
  leakedDuplicates,
  asListed,
] as const;
