import { resolve } from 'node:path';
import { Option } from 'commander';
import type { CaseReport, NetSummary, VariantSummary } from '../../shared/contract/nets.ts';
import { PROVIDER_NAMES, type ProviderName } from '../../shared/entities.ts';
import type { TensorInfo } from '../../shared/model-spec.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { count, magnitude } from './terminal/format.ts';
import { pairs, table } from './terminal/table.ts';
import { waiting } from './terminal/waiting.ts';

interface InspectOptions {
  readonly shapes?: boolean;
}

interface RunOptions {
  readonly out: string;
  readonly provider: ProviderName;
}

/** Lists, examines and runs networks as graphs. */
export const net = {
  name: 'net',
  define(program, run) {
    const group = program.command('net').description('list the networks, look into one, or run a reference case');
    group
      .command('variants', { isDefault: true })
      .description('list the named networks with their sizes')
      .action(() => run(listVariants));
    group
      .command('inspect <model>')
      .description('count the ops, weights and FLOPs of a model of the library, a named network or an .onnx file')
      .option('--shapes', 'list every node with the shapes that it computes for a batch of one')
      .action((target: string, options: InspectOptions) => run((session) => inspect(session, target, options)));
    group
      .command('run <folder> <case>')
      .description('run a case of FOLDER/cases.json: its output and gradients as safetensors')
      .requiredOption('--out <file>', 'the .safetensors file to write')
      .addOption(new Option('--provider <name>', 'where to run').choices(PROVIDER_NAMES).default('cpu'))
      .action((folder: string, name: string, options: RunOptions) =>
        run((session) => runCase(session, folder, name, options)),
      );
  },
} as const satisfies Command;

async function listVariants(session: Session): Promise<Outcome> {
  const variants = await waiting(session, 'Counting', (call) => session.client.nets.variants(undefined, call));
  const text = table<VariantSummary>(
    [
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'INPUT', cell: ({ input: [channels, height, width] }) => `${channels}×${height}×${width}` },
      { title: 'CLASSES', align: 'right', cell: ({ classes }) => count(classes) },
      { title: 'PARAMETERS', align: 'right', cell: ({ parameters }) => count(parameters) },
      { title: 'MULTIPLY-ADDS', align: 'right', cell: ({ multiplyAdds }) => magnitude(multiplyAdds) },
      { title: 'FLOPS', align: 'right', cell: ({ flops }) => magnitude(flops) },
    ],
    variants,
    'There are no variants.',
  );
  return { document: variants, text };
}

async function inspect(session: Session, target: string, { shapes = false }: InspectOptions): Promise<Outcome> {
  const summary = await waiting(session, `Reading ${target}`, (call) =>
    session.client.nets.inspect({ target, trace: shapes }, call),
  );
  return { document: summary, text: describe(summary) };
}

async function runCase(session: Session, folder: string, name: string, { out, provider }: RunOptions) {
  const order = { folder: resolve(folder), name, out: resolve(out), provider };
  const report = await waiting(session, `Running ${name} on ${provider}`, (call) =>
    session.client.nets.runCase(order, call),
  );
  return { document: report, text: describeReport(name, report) };
}

function describeReport(name: string, { file, provider, seconds, tensors }: CaseReport): string {
  const gradients = tensors.filter((tensor) => tensor.name.startsWith('grad.')).length;
  const buffers = tensors.filter((tensor) => tensor.name.startsWith('after.')).length;
  return (
    `${name}: the output, ${count(gradients)} gradients and ${count(buffers)} buffers in ${seconds.toFixed(1)} s ` +
    `on ${provider}, written to ${file}.`
  );
}

function describe(summary: NetSummary): string {
  const head = pairs([
    ['name', summary.name],
    ['opset', String(summary.opset)],
    ['producer', summary.producer],
    ['inputs', summary.inputs.map(describeTensor).join(', ')],
    ['outputs', summary.outputs.map(describeTensor).join(', ')],
    ['nodes', count(summary.nodes)],
    ['parameters', count(summary.parameters)],
    ['cost of one item', `${magnitude(summary.flops)} FLOPs (${magnitude(summary.multiplyAdds)} multiply-adds)`],
    ['unknown shapes', count(summary.unknownShapes)],
    ['input gradient', summary.gradientObstacle === null ? 'yes' : `no: ${summary.gradientObstacle}`],
  ]);
  const ops = table(
    [
      { title: 'OP', cell: ({ op }) => op },
      { title: 'NODES', align: 'right', cell: ({ nodes }) => count(nodes) },
      { title: 'FLOPS', align: 'right', cell: ({ flops }) => (flops === 0 ? '–' : magnitude(flops)) },
      { title: 'GRADIENT', cell: (op) => (op.differentiable ? 'yes' : op.known ? 'none' : 'unknown op') },
    ],
    summary.ops,
    'The graph has no nodes.',
  );
  const trace = summary.trace === null ? [] : [describeTrace(summary.trace)];
  return [head, ops, ...trace].join('\n\n');
}

const describeTrace = (trace: NonNullable<NetSummary['trace']>): string =>
  table(
    [
      { title: 'OP', cell: ({ op }) => op },
      { title: 'COMPUTES', cell: ({ outputs }) => outputs.map(({ name }) => name).join(', ') },
      {
        title: 'SHAPE',
        cell: ({ outputs }) => outputs.map(({ shape }) => (shape === null ? '?' : `[${shape.join(', ')}]`)).join(', '),
      },
    ],
    trace,
    'The graph has no nodes.',
  );

const describeTensor = ({ name, dtype, shape }: TensorInfo): string => `${name} ${dtype}[${shape.join(', ')}]`;
