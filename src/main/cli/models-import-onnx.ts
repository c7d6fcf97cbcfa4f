import { resolve } from 'node:path';
import type { Command as Parser } from 'commander';
import type { ImportedModel } from '../../shared/contract/model-folders.ts';
import type { Outcome, Run, Session } from './terminal/command.ts';
import { count } from './terminal/format.ts';
import { type SpecFlags, specFromFlags, withSpecFlags } from './terminal/spec-flags.ts';
import { pairs } from './terminal/table.ts';
import { waiting } from './terminal/waiting.ts';

interface ImportOptions extends SpecFlags {
  readonly out?: string;
  readonly force?: boolean;
  readonly add: boolean;
}

/** Gives the group `models` its command that takes over another tool's model. */
export function defineImportOnnx(group: Parser, run: Run): void {
  const command = group
    .command('import-onnx <file>')
    .description('read another tool’s .onnx classifier, check that it is understood, and write a model’s folder of it')
    .option('--out <folder>', 'the folder to write (default: one of the model’s name beside the library)')
    .option('--force', 'write into a folder that is not empty; files of the same names are replaced')
    .option('--no-add', 'only write the folder; do not add the model to the library');
  withSpecFlags(command).action((file: string, options: ImportOptions) =>
    run((session) => importModel(session, file, options)),
  );
}

async function importModel(session: Session, given: string, options: ImportOptions): Promise<Outcome> {
  const { client } = session;
  const file = resolve(given);
  const manifest = options.manifest === undefined ? null : resolve(options.manifest);
  const guess = await waiting(session, `Reading ${file}`, (call) => client.models.inspect({ file, manifest }, call));
  const { name = guess.spec.name!, ...spec } = specFromFlags(options, guess);
  const order = {
    file,
    manifest,
    name,
    spec,
    out: options.out === undefined ? undefined : resolve(options.out),
    force: options.force === true,
    add: options.add,
  };
  const imported = await waiting(session, `Importing ${file}`, (call) => client.models.importOnnx(order, call));
  return { document: imported, text: describe(imported) };
}

function describe({ folder, files, model, unknownOps, gradientObstacle, difference, compared }: ImportedModel): string {
  const unknown = unknownOps.map(({ op, nodes }) => `${op} (${count(nodes)})`).join(', ');
  return pairs([
    ['model', model === null ? 'not added to the library' : `${model.name}, added to the library`],
    ['folder', folder],
    ['files', files.join(', ')],
    ['unknown ops', unknown === '' ? 'none' : `${unknown}; they are passed through`],
    ['input gradient', gradientObstacle === null ? 'yes' : `no: ${gradientObstacle}`],
    [
      'difference',
      `${difference === 0 ? '0' : difference.toExponential(1)} at most, over ${count(compared)} random faces`,
    ],
  ]);
}
