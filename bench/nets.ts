import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { classifier } from '../src/main/engine/nets/classifier.ts';
import { classifierGraph } from '../src/main/engine/nets/classifier-graph.ts';
import { findNet } from '../src/main/engine/nets/index.ts';
import { instantiate, parametersOf } from '../src/main/engine/nets/instantiate.ts';
import { configFor } from '../src/main/engine/nets/registry.ts';
import { findVariant } from '../src/main/engine/nets/variants.ts';
import { gradients } from '../src/main/engine/onnx/autodiff.ts';
import { Graph } from '../src/main/engine/onnx/graph.ts';
import { matmul } from '../src/main/engine/onnx/ops/matmul.ts';
import { reduceMean } from '../src/main/engine/onnx/ops/reduce.ts';
import { optimise } from '../src/main/engine/onnx/passes/optimise.ts';
import { type CompileOptions, compile, compileFile } from '../src/main/engine/onnx/run.ts';
import { elementCount, type TensorData } from '../src/main/engine/onnx/tensor.ts';
import { initialWeights } from '../src/main/engine/weights/initial.ts';

export const name = 'nets';
export const describe =
  'faces a second of a network, forward and back to the image (--variant NAME, --rounds N, --threads N, --profile)';

/** Runs of a session before the first that counts: the first two are slow. */
const WARM_UPS = 3;
const SEED = 1;
const CLASSES = 1000;
const EXPORTED = resolve(import.meta.dirname, '../test/fixtures/pytorch/nr-swin-micro/nr-swin-micro.onnx');

type Way = 'forward' | 'input VJP';

interface Row {
  readonly way: Way;
  readonly batch: number;
  /** Faces of one run; a batch is as many runs as it needs. */
  readonly microBatch: number;
}

const ROWS: readonly Row[] = [
  { way: 'forward', batch: 8, microBatch: 8 },
  { way: 'forward', batch: 8, microBatch: 2 },
  { way: 'forward', batch: 1, microBatch: 1 },
  { way: 'input VJP', batch: 8, microBatch: 8 },
  { way: 'input VJP', batch: 8, microBatch: 2 },
  { way: 'input VJP', batch: 1, microBatch: 1 },
];

interface Settings {
  readonly variant: string;
  readonly rounds: number;
  readonly compile: CompileOptions;
}

/** Builds a variant with random weights, forward alone and with its input gradient, and times both on the CPU. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      variant: { type: 'string', default: 'swin_tiny_patch4_window7_224' },
      rounds: { type: 'string', default: '7' },
      threads: { type: 'string' },
      profile: { type: 'boolean', default: false },
    },
  });
  const threads = values.threads === undefined ? {} : { threads: Number(values.threads) };
  const settings: Settings = {
    variant: values.variant,
    rounds: Number(values.rounds),
    compile: { ...threads, settings: { 'session.set_denormal_as_zero': '1' } },
  };
  print('machine', `${cpus().length} cores, ${cpus()[0]!.model}`);
  print('its matrix products', `${(await productRate(settings)).toFixed(0)} GFLOP/s (6272×384 by 384×96, float32)`);
  print('network', `${settings.variant}, random weights, float32, denormals as zero`);
  for (const row of ROWS) await time(row, settings);
  await besideExported(settings);
  if (values.profile) for (const way of ['forward', 'input VJP'] as const) await profile(way, settings);
}

async function time({ way, batch, microBatch }: Row, { variant, rounds, compile: options }: Settings): Promise<void> {
  const { graph, feeds } = build(variant, way, microBatch);
  const executable = await compile(graph, options);
  const milliseconds: number[] = [];
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    const begun = performance.now();
    for (let done = 0; done < batch; done += microBatch) await executable.run(feeds);
    if (round >= 0) milliseconds.push(performance.now() - begun);
  }
  await executable.release();
  const rate = (time: number): string => ((batch / time) * 1000).toFixed(2);
  const shown = `${way}, batch ${batch}${microBatch === batch ? '' : ` in runs of ${microBatch}`}`;
  const [least, middle] = [Math.min(...milliseconds), median(milliseconds)];
  print(shown, `${rate(middle)} faces/s (median of ${rounds}; best ${rate(least)})`);
}

interface Built {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, TensorData>>;
}

function build(variant: string, way: Way, batch: number): Built {
  const { kind, config: given } = findVariant(variant);
  const definition = findNet(kind);
  const config = configFor(definition, { ...given, num_classes: CLASSES });
  const weights = weightsOf(variant, () => initialWeights(parametersOf(definition, config), SEED));
  const { graph, input, outputs } = instantiate(definition, config, {
    batch,
    weightOf: ({ key }) => weights.get(key)!,
  });
  const feeds: Record<string, TensorData> = { input: noise(input.staticShape) };
  if (way === 'forward') {
    graph.output('logits', outputs.output);
  } else {
    const cotangent = graph.input('cotangent', 'float32', outputs.output.shape);
    graph.output('gradient', gradients(graph, outputs.output, [input], cotangent)[0]!);
    feeds.cotangent = noise(cotangent.staticShape);
  }
  return { graph: optimise(graph), feeds };
}

const made = new Map<string, ReadonlyMap<string, TensorData>>();

function weightsOf(variant: string, make: () => ReadonlyMap<string, TensorData>): ReadonlyMap<string, TensorData> {
  const known = made.get(variant) ?? make();
  made.set(variant, known);
  return known;
}

/** Our graph of nr_swin_micro beside the file that PyTorch's exporter made of the same network, run in turn. */
async function besideExported({ rounds, compile: options }: Settings): Promise<void> {
  const batch = 8;
  const definition = findNet('classifier');
  const config = configFor(classifier, findVariant('nr_swin_micro').config);
  const weights = initialWeights(parametersOf(definition, config), SEED);
  const ours = await compile(optimise(classifierGraph(config, { weightOf: ({ key }) => weights.get(key)! })), options);
  const exported = await compileFile(EXPORTED, options);
  const pixels = Uint8Array.from({ length: batch * 48 * 48 }, (_, index) => (index * 37) % 256);
  const feeds: Readonly<Record<string, TensorData>> = {
    pixels: { dtype: 'uint8', shape: [batch, 1, 48, 48], data: pixels },
  };
  const milliseconds = { ours: [] as number[], exported: [] as number[] };
  for (let round = -WARM_UPS; round < 3 * rounds; round += 1) {
    for (const [which, executable] of Object.entries({ ours, exported })) {
      const begun = performance.now();
      await executable.run(feeds);
      if (round >= 0) milliseconds[which as keyof typeof milliseconds].push(performance.now() - begun);
    }
  }
  await ours.release();
  await exported.release();
  for (const [which, times] of Object.entries(milliseconds)) {
    const origin = which === 'ours' ? 'our graph' : 'PyTorch’s export';
    print(
      `nr_swin_micro, batch ${batch}, ${origin}`,
      `${((batch / median(times)) * 1000).toFixed(1)} faces/s (median)`,
    );
  }
}

/** What this machine multiplies in a second, in units of 10⁹ operations: the bound of all else here. */
async function productRate({ rounds, compile: options }: Settings): Promise<number> {
  const [rows, inner, columns] = [6272, 384, 96];
  const graph = new Graph();
  const x = graph.input('x', 'float32', [rows, inner]);
  graph.output('y', reduceMean(matmul(x, graph.constant(noise([inner, columns])))));
  const executable = await compile(graph, options);
  const feeds = { x: noise([rows, inner]) };
  const milliseconds: number[] = [];
  for (let round = -WARM_UPS; round < 5 * rounds; round += 1) {
    const begun = performance.now();
    await executable.run(feeds);
    if (round >= 0) milliseconds.push(performance.now() - begun);
  }
  await executable.release();
  return (2 * rows * inner * columns) / median(milliseconds) / 1e6;
}

/** Prints how long each op took within a run of two faces, from ONNX Runtime's own profile. */
async function profile(way: Way, { variant, rounds, compile: options }: Settings): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-bench-'));
  try {
    const { graph, feeds } = build(variant, way, 2);
    const session = { enableProfiling: true, profileFilePrefix: join(folder, 'profile') };
    const executable = await compile(graph, { ...options, session });
    for (let round = -WARM_UPS; round < rounds; round += 1) await executable.run(feeds);
    executable.endProfiling();
    const [file] = readdirSync(folder);
    const events = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as readonly ProfileEvent[];
    print('', '');
    for (const { op, milliseconds, nodes } of opTimes(events, rounds)) {
      print(`${way}, batch 2: ${op}`, `${milliseconds.toFixed(1).padStart(7)} ms in ${nodes} nodes`);
    }
    await executable.release();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

interface OpTime {
  readonly op: string;
  readonly milliseconds: number;
  readonly nodes: number;
}

/** Time an op and run, of the last `rounds` runs. */
function opTimes(events: readonly ProfileEvent[], rounds: number): readonly OpTime[] {
  const byNode = Map.groupBy(
    events.filter(({ cat, name: event }) => cat === 'Node' && event.endsWith('_kernel_time')),
    ({ name: event }) => event,
  );
  const byOp = Map.groupBy(byNode.values(), ([first]) => first!.args?.op_name ?? '?');
  return [...byOp]
    .map(([op, nodes]): OpTime => {
      const microseconds = nodes.flatMap((events) => events.slice(-rounds)).reduce((sum, { dur }) => sum + dur, 0);
      return { op, milliseconds: microseconds / 1000 / rounds, nodes: nodes.length };
    })
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

function noise(shape: readonly number[]): TensorData {
  const data = Float32Array.from({ length: elementCount(shape) }, (_, index) => Math.sin(index * 1.618 + (index % 7)));
  return { dtype: 'float32', shape, data };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

function print(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(40)} ${figure}\n`);
}
