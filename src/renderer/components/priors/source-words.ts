import type { PriorSource } from '../../../shared/contract/priors.ts';
import { fileName, formatCount } from '../../format.ts';

/** Where a prior's numbers came from, in a few words. */
export function sourceInWords(source: PriorSource): string {
  switch (source.kind) {
    case 'votes':
      return `votes of ${source.dataset}, ${source.splits.join(' + ')}, ${source.protocol}, ${source.labels} labels, ${formatCount(source.faces)} faces`;
    case 'confusion':
      return `confusion of ${source.model} on ${source.split}, ${formatCount(source.faces)} faces`;
    case 'preset':
      return `preset ${source.preset}`;
    case 'file':
      return `file ${fileName(source.file)}`;
    default:
      return 'edited by hand';
  }
}
