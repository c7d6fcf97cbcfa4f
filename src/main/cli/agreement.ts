import type { VoteAgreement } from '../../shared/contract/analysis.ts';
import type { Split } from '../../shared/entities.ts';
import type { Outcome, Session } from './terminal/command.ts';
import { count, percent } from './terminal/format.ts';
import { pairs, table } from './terminal/table.ts';

/** What `evaluate --agreement` prints: how far the crowd agrees with itself over some splits, or over all there are. */
export async function agreementOf(
  { client }: Session,
  options: { readonly dataset: string; readonly split?: readonly Split[] },
): Promise<Outcome> {
  const dataset = await client.datasets.find({ name: options.dataset });
  const splits = options.split ?? dataset.splits.map(({ split }) => split);
  const agreement = await client.analysis.agreement({ datasetId: dataset.id, splits: [...splits] });
  return { document: agreement, text: describe(agreement) };
}

function describe(agreement: VoteAgreement): string {
  const facts = pairs([
    ['faces', `${agreement.dataset}, ${agreement.splits.join(' + ')}: ${count(agreement.faces)}`],
    ['left out', `${count(agreement.leftOut)} with fewer than two votes`],
    ['votes', `${count(agreement.votes)} from ${agreement.voteFiles.join(', ')}`],
    ['pairs that agree', percent(agreement.pairAgreement)],
    ['Fleiss κ', coefficient(agreement.fleissKappa)],
    ['Krippendorff α', `${coefficient(agreement.krippendorffAlpha)} (nominal)`],
  ]);
  const perClass = table(
    [
      { title: 'CLASS', cell: ({ name }) => name },
      { title: 'OF ALL VOTES', align: 'right', cell: ({ share }) => percent(share) },
      { title: 'FLEISS κ', align: 'right', cell: ({ fleissKappa }) => coefficient(fleissKappa) },
    ],
    agreement.perClass,
    'There are no classes.',
  );
  return `${facts}\n\n${perClass}`;
}

const coefficient = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
