import type { SystemInfo, TensorflowReport } from '../../shared/contract/system.ts';
import type { ProviderReport } from '../../shared/entities.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { bytes, count } from './terminal/format.ts';
import { pairs, table } from './terminal/table.ts';

/** Versions, every provider with its numeric check, the tfjs trainer, and the library's health. */
export const doctor = {
  name: 'doctor',
  define: (program, run) =>
    void program
      .command('doctor')
      .description('check versions, providers, trainers and the library')
      .action(() => run(examine)),
} as const satisfies Command;

async function examine({ client, progress }: Session): Promise<Outcome> {
  const info = await client.system.info();
  progress('Trying each provider against the CPU’s numbers …');
  const providers = await client.system.providers({ again: true });
  const tensorflow = await client.system.tensorflow();
  const cpu = providers.find(({ name }) => name === 'cpu');
  const healthy = info.library.healthy && cpu?.usable === true;
  const text = describe(info, providers, tensorflow, healthy);
  return { document: { healthy, ...info, providers, tensorflow }, text, failed: !healthy };
}

function describe(
  info: SystemInfo,
  providers: readonly ProviderReport[],
  tensorflow: TensorflowReport,
  healthy: boolean,
): string {
  const { library } = info;
  const versions = pairs([
    ['countenance', info.version],
    ['node', info.node],
    ['onnxruntime', info.onnxruntime],
    ['sqlite', info.sqlite],
    ['platform', info.platform],
  ]);
  const found = table(
    [
      { title: 'PROVIDER', cell: (provider) => provider.name },
      { title: 'USABLE', cell: (provider) => (provider.usable ? 'yes' : 'no') },
      { title: 'DIFFERENCE', align: 'right', cell: ({ maxDifference }) => maxDifference?.toExponential(1) ?? '–' },
      { title: 'MS', align: 'right', cell: ({ milliseconds }) => milliseconds?.toFixed(1) ?? '–' },
      { title: 'REASON', cell: (provider) => provider.reason.split('\n')[0]! },
    ],
    providers,
    'No provider is known.',
  );
  const trainers = pairs([
    ['trainer onnx', 'on any usable provider'],
    ['trainer tfjs', describeTensorflow(tensorflow)],
  ]);
  const state = pairs([
    ['library', library.file],
    ['size', bytes(library.bytes)],
    ['schema', String(library.schemaVersion)],
    ['datasets', `${count(library.datasets)}, ${count(library.samples)} faces`],
    ['state', library.healthy ? 'sound' : 'damaged'],
    ...library.problems.map((problem) => ['problem', problem] as const),
  ]);
  return `${versions}\n\n${found}\n\n${trainers}\n\n${state}\n\n${healthy ? 'All is well.' : 'Something is wrong.'}`;
}

/** Whether the native package is there, and how it is had where it is not. */
const describeTensorflow = ({ native, backend, version, source, reason, remedy }: TensorflowReport): string =>
  native
    ? `TensorFlow.js ${version}, native, from ${source}`
    : `TensorFlow.js ${version} on its own ${backend} backend, slow: ${reason}\n  for the native one: ${remedy}`;
