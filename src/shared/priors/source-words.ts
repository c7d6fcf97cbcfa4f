import type { PriorSource } from '../contract/priors.ts';

/** Where a prior's numbers came from, in a few words. */
export function sourceInWords(source: PriorSource): string {
  switch (source.kind) {
    case 'votes':
      return `votes of ${source.dataset}, ${source.splits.join(' + ')}, ${source.protocol}, ${source.labels} labels, ${faces(source.faces)}`;
    case 'confusion':
      return `confusion of ${source.model}, run ${source.run} on ${source.split}, ${source.protocol}, ${faces(source.faces)}`;
    case 'preset':
      return `preset ${source.preset}`;
    case 'file':
      return `file ${source.file.split(/[\\/]/).at(-1)}`;
    default:
      return 'edited by hand';
  }
}

const faces = (count: number): string => `${count.toLocaleString('en-GB')} faces`;
