import { resolve } from 'node:path';
import type { Model, ModelSpec } from '../../shared/model-spec.ts';
import { defineBuild } from './models-build.ts';
import { defineImportOnnx } from './models-import-onnx.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { bytes, count, percent } from './terminal/format.ts';
import { type SpecFlags, specFromFlags, withSpecFlags } from './terminal/spec-flags.ts';
import { pairs, table } from './terminal/table.ts';

/** Lists, adds, shows and removes models. */
export const models = {
  name: 'models',
  define(program, run) {
    const group = program.command('models').description('list the models; add, build, import, show or remove one');
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
    const adding = group
      .command('add <file>')
      .description('add an .onnx classifier; what no flag says comes from its manifest or from the file itself');
    withSpecFlags(adding).action((file: string, flags: SpecFlags) => run((session) => add(session, file, flags)));
    defineBuild(group, run);
    defineImportOnnx(group, run);
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

export function describeModel(model: Model): string {
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
    ['built from', spec.network === undefined ? '–' : `${spec.network.kind}, ${spec.network.weights}`],
    ['licence', spec.licence],
    ['source', spec.source],
  ]);
}

const describeInput = ({ input }: ModelSpec): string =>
  `${input.width}×${input.height} ${input.colour} ${input.dtype} ${input.layout}`;
