import type { LabelLayers } from '../../shared/contract/label-versions.ts';
import { defineConsensus } from './labels-consensus.ts';
import { defineLabelFiles } from './labels-files.ts';
import { defineHistory } from './labels-history.ts';
import { defineSet } from './labels-set.ts';
import { defineUndo } from './labels-undo.ts';
import { defineVersions } from './labels-versions.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { count, percent, when } from './terminal/format.ts';
import { pairs, table } from './terminal/table.ts';

/** Whose labels a dataset has; sets them, tells their history, exports, imports, versions and consensus of them. */
export const labels = {
  name: 'labels',
  define(program, run) {
    const group = program
      .command('labels')
      .description(
        'whose labels a dataset has; set and undo them, export, import, compare and restore them, or make one of many',
      );
    group
      .command('show')
      .description('the crowd’s votes, each annotator’s labels, and what they come to')
      .requiredOption('--dataset <name>', 'the dataset')
      .action(({ dataset }: { readonly dataset: string }) => run((session) => show(session, dataset)));
    defineSet(group, run);
    defineUndo(group, run);
    defineHistory(group, run);
    defineLabelFiles(group, run);
    defineVersions(group, run);
    defineConsensus(group, run);
  },
} as const satisfies Command;

async function show({ client }: Session, name: string): Promise<Outcome> {
  const dataset = await client.datasets.find({ name });
  const layers = await client.labelVersions.layers({ datasetId: dataset.id });
  return { document: { dataset: name, ...layers }, text: describeLayers(name, layers) };
}

function describeLayers(dataset: string, layers: LabelLayers): string {
  const facts = pairs([
    ['dataset', dataset],
    ['crowd', `${count(layers.votes)} votes on ${count(layers.voted)} of ${count(layers.faces)} faces`],
    [
      'relabelled',
      `${count(layers.relabelled)} faces, ${count(layers.changed)} of them to another label than the crowd’s`,
    ],
    ['votes moved', `${count(layers.votesMoved)} on ${count(layers.facesMoved)} faces`],
    ['events', count(layers.events)],
  ]);
  const annotators = table(
    [
      { title: 'ANNOTATOR', cell: (each) => each.name },
      { title: 'LABELS', align: 'right', cell: (each) => count(each.labels) },
      {
        title: 'WITH CROWD',
        align: 'right',
        cell: (each) => percent(each.comparable === 0 ? null : each.withCrowd / each.comparable),
      },
      { title: 'LAST', cell: (each) => when(each.lastAt) },
    ],
    layers.annotators,
    'Nobody has relabelled a face yet.',
  );
  return `${facts}\n\n${annotators}`;
}
