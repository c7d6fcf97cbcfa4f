import { crowdlab } from './crowdlab.ts';
import { crowdlabEqual } from './crowdlab-equal.ts';
import { dawidSkene } from './dawid-skene.ts';
import { majority } from './majority.ts';
import { voteSum } from './vote-sum.ts';

/** Every way to make one label of many; a new one is a file and a line here. */
export const CONSENSUS_METHODS = [majority, voteSum, dawidSkene, crowdlab, crowdlabEqual] as const;
