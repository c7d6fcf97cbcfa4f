import { resolve } from 'node:path';
import { Option } from 'commander';
import type { CaseReport, NetSummary, VariantSummary } from '../../shared/contract/nets.ts';
import { PROVIDER_NAMES, type ProviderName } from '../../shared/entities.ts';
import type { TensorInfo } from '../../shared/model-spec.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { count } from './terminal/format.ts';
import { pairs, table } from './terminal/table.ts';

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
      .description('count the ops, weights and FLOPs of a model, a variant or an .onnx file')
      .action((target: string) => run((session) => inspect(session, target)));
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

async function listVariants({ client }: Session): Promise<Outcome> {
  const variants = await client.nets.variants();
  const text = table<VariantSummary>(
    [
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'INPUT', cell: ({ input: [channels, height, width] }) => `${channels}×${height}×${width}` },
      { title: 'CLASSES', align: 'right', cell: ({ classes }) => count(classes) },
      { title: 'PARAMETERS', align: 'right', cell: ({ parameters }) => count(parameters) },
      { title: 'GFLOPS', align: 'right', cell: ({ multiplyAdds }) => gigaFlops(multiplyAdds) },
    ],
    variants,
    'There are no variants.',
  );
  return { document: variants, text };
}

async function inspect({ client, progress }: Session, target: string): Promise<Outcome> {
  progress(`Reading ${target} …`);
  const summary = await client.nets.inspect({ target });
  return { document: summary, text: describe(summary) };
}

async function runCase({ client, progress }: Session, folder: string, name: string, options: RunOptions) {
  progress(`Running ${name} on ${options.provider} …`);
  const report = await client.nets.runCase({
    folder: resolve(folder),
    name,
    out: resolve(options.out),
    provider: options.provider,
  });
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
    ['FLOPs of one item', `${gigaFlops(summary.multiplyAdds)} G (two a multiply-add)`],
    ['unknown shapes', count(summary.unknownShapes)],
  ]);
  const ops = table(
    [
      { title: 'OP', cell: ({ op }) => op },
      { title: 'NODES', align: 'right', cell: ({ nodes }) => count(nodes) },
      { title: 'GFLOPS', align: 'right', cell: (op) => (op.multiplyAdds === 0 ? '–' : gigaFlops(op.multiplyAdds)) },
      { title: 'GRADIENT', cell: (op) => (op.differentiable ? 'yes' : op.known ? 'none' : 'unknown op') },
    ],
    summary.ops,
    'The graph has no nodes.',
  );
  return `${head}\n\n${ops}`;
}

const describeTensor = ({ name, dtype, shape }: TensorInfo): string => `${name} ${dtype}[${shape.join(', ')}]`;
const gigaFlops = (multiplyAdds: number): string => ((2 * multiplyAdds) / 1e9).toPrecision(3);
