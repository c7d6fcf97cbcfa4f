import { resolve } from 'node:path';
import { Option } from 'commander';
import { type Model, type ModelSpec, modelInputSchema } from '../../shared/model-spec.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { bytes, count, percent } from './terminal/format.ts';
import { collectPairs, list, number, numbers, whole } from './terminal/options.ts';
import { type SpecFlags, specFromFlags } from './terminal/spec-flags.ts';
import { pairs, table } from './terminal/table.ts';

const side = whole(1, 4096);
const { dtype, layout, colour } = modelInputSchema.shape;

/** Lists, adds, shows and removes models. */
export const models = {
  name: 'models',
  define(program, run) {
    const group = program.command('models').description('list the models, or add, show and remove one');
    group
      .command('list', { isDefault: true })
      .description('list the models')
      .action(() => run(listAll));
    group
      .command('show <name>')
      .description('show a model’s inputs, outputs and origin')
      .action((name: string) => run((session) => show(session, name)));
    group
      .command('remove <name>')
      .description('forget a model and its runs; its file stays')
      .action((name: string) => run((session) => remove(session, name)));
    group
      .command('add <file>')
      .description('add an .onnx classifier; what no flag says comes from its manifest or from the file itself')
      .option('--manifest <file>', 'the manifest (default: the .json beside the model)')
      .option('--name <name>', 'the model’s name')
      .option('--input-name <name>', 'the graph’s image input')
      .addOption(new Option('--dtype <type>', 'the input’s element type').choices(dtype.options))
      .addOption(new Option('--layout <layout>', 'the input’s layout').choices(layout.options))
      .option('--width <pixels>', 'the input’s width', side)
      .option('--height <pixels>', 'the input’s height', side)
      .addOption(new Option('--colour <colour>', 'what the channels hold').choices(colour.options))
      .option('--channels <number>', '1 or 3', whole(1, 3))
      .option('--scale <factor>', 'multiplies each byte first, such as 0.003921569', number)
      .option('--mean <numbers>', 'subtracted a channel, parted by commas', numbers)
      .option('--std <numbers>', 'divides a channel, parted by commas', numbers)
      .option('--probabilities <name>', 'the output that holds probabilities')
      .option('--logits <name>', 'the output that holds logits')
      .option('--embedding <name>', 'the output that holds an embedding')
      .option('--classes <names>', 'the classes in the order of the output, parted by commas', list)
      .option('--map <name=class>', 'the dataset’s name for a class of the model (may be repeated)', collectPairs)
      .option('--licence <text>', 'the model’s licence')
      .option('--source <text>', 'where the model is from')
      .option('--trained-on <text>', 'what the model was trained on')
      .action((file: string, flags: SpecFlags) => run((session) => add(session, file, flags)));
  },
} as const satisfies Command;

async function listAll({ client }: Session): Promise<Outcome> {
  const found = await client.models.list();
  const text = table(
    [
      { title: 'NAME', cell: (model) => model.name },
      { title: 'INPUT', cell: (model) => describeInput(model.spec) },
      { title: 'CLASSES', align: 'right', cell: (model) => count(model.spec.classes.length) },
      { title: 'PARAMETERS', align: 'right', cell: (model) => count(model.graph.parameters) },
      { title: 'RUNS', align: 'right', cell: (model) => count(model.runs) },
      { title: 'FILE', cell: (model) => (model.available ? model.file : `${model.file} (missing)`) },
    ],
    found,
    'There are no models yet. Add one with: models add FILE.onnx',
  );
  return { document: found, text };
}

async function show({ client }: Session, name: string): Promise<Outcome> {
  const model = await client.models.find({ name });
  return { document: model, text: describeModel(model) };
}

async function add({ client }: Session, file: string, flags: SpecFlags): Promise<Outcome> {
  const source = { file: resolve(file), manifest: flags.manifest === undefined ? null : resolve(flags.manifest) };
  const guess = await client.models.inspect(source);
  const model = await client.models.add({ ...source, spec: specFromFlags(flags, guess) });
  return { document: model, text: `Added:\n${describeModel(model)}` };
}

async function remove({ client }: Session, name: string): Promise<Outcome> {
  const { id } = await client.models.find({ name });
  const { runs } = await client.models.remove({ id });
  return { document: { removed: name, runs }, text: `“${name}” was removed with its ${count(runs)} runs.` };
}

function describeModel(model: Model): string {
  const { spec, graph } = model;
  const outputs = Object.entries(spec.outputs).map(([meaning, output]) => `${meaning} “${output}”`);
  const metrics =
    spec.metrics === null
      ? '–'
      : `accuracy ${percent(spec.metrics.accuracy)}, macro-F1 ${percent(spec.metrics.macroF1)} (${spec.metrics.split}, ` +
        `${spec.metrics.protocol}, ${count(spec.metrics.faces)} faces)`;
  return pairs([
    ['name', model.name],
    ['file', `${model.file} (${bytes(model.fileBytes)})`],
    ['sha256', model.sha256],
    ['input', `“${spec.input.name}” ${describeInput(spec)}`],
    ['outputs', outputs.join(', ')],
    ['classes', spec.classes.join(', ')],
    ['graph', `opset ${graph.opset}, ${count(graph.nodes)} nodes, ${count(graph.parameters)} parameters`],
    ['stated figures', metrics],
    ['trained on', spec.trainedOn],
    ['licence', spec.licence],
    ['source', spec.source],
  ]);
}

const describeInput = ({ input }: ModelSpec): string =>
  `${input.width}×${input.height} ${input.colour} ${input.dtype} ${input.layout}`;
