import type { LabelIssuesRequest } from '../../../shared/contract/analysis.ts';
import { client } from '../../client.ts';

const SPAN = 2000;

/** The numbers of all faces that are label issues, from the worst on. */
export async function issueIds(request: LabelIssuesRequest): Promise<number[]> {
  const ids: number[] = [];
  for (;;) {
    const { issues, found } = await client.analysis.labelIssues({ ...request, offset: ids.length, limit: SPAN });
    ids.push(...issues.map(({ tile }) => tile.id));
    if (issues.length === 0 || ids.length >= found) return ids;
  }
}
