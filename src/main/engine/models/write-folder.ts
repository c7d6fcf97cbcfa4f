import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelSpec } from '../../../shared/model-spec.ts';
import { type CardSection, modelCard } from './card.ts';
import { hashFile } from './register.ts';

export const MANIFEST_FILE = 'manifest.json';
export const CARD_FILE = 'card.md';

/** The model's own file in its folder. */
export const modelFileOf = ({ name }: Pick<ModelSpec, 'name'>): string => `${name}.onnx`;

/** Writes manifest and card beside a model's file that is in the folder already. */
export async function writePapers(
  folder: string,
  spec: ModelSpec,
  about: { readonly summary: string; readonly sections: readonly CardSection[] },
): Promise<void> {
  const name = modelFileOf(spec);
  const file = join(folder, name);
  const facts = { name, bytes: statSync(file).size, sha256: await hashFile(file) };
  const { name: title, ...rest } = spec;
  writeFileSync(join(folder, MANIFEST_FILE), `${JSON.stringify({ name: title, file: name, ...rest }, null, 2)}\n`);
  writeFileSync(join(folder, CARD_FILE), modelCard({ spec, file: facts, ...about }));
}
