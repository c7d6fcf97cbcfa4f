import type { Command as Parser } from 'commander';
import type { ConsensusReport } from '../../shared/contract/consensus.ts';
import type { Split } from '../../shared/entities.ts';
import type { Outcome, Run, Session } from './terminal/command.ts';
import { count, percent } from './terminal/format.ts';
import { collectSplits, whole } from './terminal/options.ts';
import { pairs, table } from './terminal/table.ts';

const SHOWN = 20;

interface Options {
  readonly dataset?: string;
  readonly method?: string;
  readonly run?: number;
  readonly split?: readonly Split[];
  readonly lowest: number;
  readonly save?: string;
  readonly note: string;
}

/** `labels consensus`: one label of many, by a method of the registry. */
export function defineConsensus(group: Parser, run: Run): void {
  group
    .command('consensus')
    .description('make one label of many, with its quality and each annotator’s; without a method, the list of them')
    .option('--dataset <name>', 'the dataset')
    .option('--method <name>', 'majority, vote-sum, dawid-skene, crowdlab or crowdlab-equal')
    .option('--run <number>', 'whose predictions CROWDLAB weighs (default: the newest run)', whole(1, 2 ** 31))
    .option('--split <splits>', 'only these splits (may be repeated)', collectSplits)
    .option('--lowest <faces>', 'how many faces of the lowest quality are listed', whole(0, 5000), SHOWN)
    .option('--save <name>', 'keep the consensus as a label version')
    .option('--note <text>', 'what that version is', '')
    .action((options: Options) => run((session) => work(session, options)));
}

async function work(session: Session, options: Options): Promise<Outcome> {
  const { client } = session;
  if (options.method === undefined || options.dataset === undefined) return listMethods(session);
  const { id: datasetId } = await client.datasets.find({ name: options.dataset });
  const request = { datasetId, method: options.method, runId: options.run ?? null, splits: wanted(options.split) };
  const report = await client.consensus.compute({ ...request, lowest: options.lowest });
  if (options.save === undefined) return { document: report, text: describeConsensus(report) };
  const { version } = await client.consensus.save({ ...request, name: options.save, note: options.note });
  const kept = `Kept as the label version “${version.name}”, with ${count(version.faces)} faces.`;
  return { document: { ...report, version }, text: `${describeConsensus(report)}\n\n${kept}` };
}

const wanted = (splits: readonly Split[] | undefined): Split[] | null => (splits === undefined ? null : [...splits]);

async function listMethods({ client }: Session): Promise<Outcome> {
  const methods = await client.consensus.methods();
  const text = table(
    [
      { title: 'METHOD', cell: (method) => method.name },
      { title: 'TAKES', cell: ({ source, usesModel }) => `${source}${usesModel ? ' + model' : ''}` },
      { title: 'WHAT IT DOES', cell: (method) => method.explanation },
    ],
    methods,
    '',
  );
  return { document: methods, text };
}

function describeConsensus(report: ConsensusReport): string {
  const facts = pairs([
    ['dataset', report.dataset],
    ['method', `${report.method.label}: ${report.method.explanation}`],
    ...(report.run === null ? [] : [['model', `${report.run.modelName} (run ${report.run.id})`] as const]),
    ['decided', `${count(report.decided)} of ${count(report.faces)} faces`],
    ['not the crowd’s', count(report.notCrowd)],
    ['not the current', count(report.notCurrent)],
    ['mean quality', report.meanQuality === null ? '–' : report.meanQuality.toFixed(4)],
    ...(report.problem === null ? [] : [['problem', report.problem] as const]),
    ['seconds', report.seconds.toFixed(1)],
  ]);
  const annotators = table(
    [
      { title: 'ANNOTATOR', cell: (each) => each.name },
      { title: 'LABELS', align: 'right', cell: (each) => count(each.labels) },
      { title: 'QUALITY', align: 'right', cell: (each) => percent(each.quality) },
    ],
    report.annotators,
    'No named annotator has labelled these faces.',
  );
  const lowest = table(
    [
      { title: 'LOWEST QUALITY', cell: (face) => face.key },
      { title: 'SPLIT', cell: (face) => face.split },
      { title: 'CONSENSUS', cell: (face) => face.label },
      { title: 'QUALITY', align: 'right', cell: (face) => face.quality.toFixed(4) },
      { title: 'CROWD', cell: (face) => face.crowd ?? '–' },
      { title: 'CURRENT', cell: (face) => face.current ?? '–' },
    ],
    report.lowest,
    'No face is decided.',
  );
  return `${facts}\n\n${annotators}\n\n${lowest}`;
}
