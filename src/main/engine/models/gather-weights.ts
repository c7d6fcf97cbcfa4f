import type { WeightSources, WeightsReport } from '../../../shared/contract/model-folders.ts';
import { WeightsError } from '../../../shared/errors.ts';
import type { ParameterSpec } from '../nets/scope.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { initialWeights } from '../weights/initial.ts';
import { keyRows } from '../weights/key-rows.ts';
import { HEAD_KEYS, matchWeights } from '../weights/key-tables.ts';
import { readWeights } from '../weights/load.ts';
import type { Weights } from '../weights/weights-file.ts';

/** Every tensor of a classifier, with how the files fitted and which tensors no file gave. */
export interface GatheredWeights {
  readonly tensors: Weights;
  readonly reports: readonly WeightsReport[];
  readonly drawn: readonly string[];
}

/**
 * A classifier's tensors from the files that a person named, the rest drawn from the seed. A file of a backbone alone
 * does not answer for spatial transformer, resizer and the paper's head, which then start from the seed; any other
 * tensor must be in a file once one is given. Throws WeightsError with the table of what does not fit.
 */
export async function gatherWeights(specs: readonly ParameterSpec[], sources: WeightSources): Promise<GatheredWeights> {
  const isEnlarging = ({ key }: ParameterSpec): boolean => partOf(key) === 'sr';
  const tensors = new Map<string, TensorData>();
  const reports: WeightsReport[] = [];
  const load = async (file: string, answersFor: (weights: Weights) => readonly ParameterSpec[]): Promise<void> => {
    const read = await readWeights(file);
    // What another file answers for is passed over here.
    const weights = file === sources.srWeights || sources.srWeights === null ? read : withoutEnlarging(read);
    const { found, report } = fitted(answersFor(weights), weights, file, sources);
    for (const [key, tensor] of found) tensors.set(key, tensor);
    reports.push(report);
  };
  const { weights, srWeights, seed } = sources;
  if (srWeights !== null) await load(srWeights, () => specs.filter(isEnlarging));
  if (weights !== null) {
    const rest = srWeights === null ? specs : specs.filter((spec) => !isEnlarging(spec));
    await load(weights, (stored) => (isBackboneAlone(stored) ? rest.filter(({ key }) => !isAround(key)) : rest));
  }
  const drawn = specs.filter(({ key }) => !tensors.has(key));
  const all = new Map([...tensors, ...initialWeights(drawn, seed)]);
  return {
    tensors: new Map(specs.map(({ key }) => [key, all.get(key)!])),
    reports,
    drawn: drawn.map(({ key }) => key),
  };
}

const withoutEnlarging = (weights: Weights): Weights => new Map([...weights].filter(([key]) => partOf(key) !== 'sr'));

const partOf = (key: string): string => key.split('.')[0]!;

/** The parts of which a file of a backbone alone says nothing. */
const isAround = (key: string): boolean => ['stn', 'resizer', 'head'].includes(partOf(key));

/** First words of the keys in files that hold a whole classifier, ours and the reference's, or a part other than it. */
const WHOLE_PARTS: readonly string[] = ['sr', 'stn', 'resizer', 'backbone', 'nr', 'sw'];
/** What only a transformer's keys begin with. */
const BACKBONE_PARTS: readonly string[] = ['patch_embed', 'blocks', 'layers'];

function isBackboneAlone(weights: Weights): boolean {
  const parts = new Set([...weights.keys()].map(partOf));
  return !WHOLE_PARTS.some((part) => parts.has(part)) && BACKBONE_PARTS.some((part) => parts.has(part));
}

function fitted(
  specs: readonly ParameterSpec[],
  weights: Weights,
  file: string,
  { allowPartial, reinitialiseHead }: WeightSources,
): { readonly found: Weights; readonly report: WeightsReport } {
  const reinitialise = reinitialiseHead ? HEAD_KEYS : [];
  try {
    const table = matchWeights(specs, weights, { allowPartial, reinitialise, source: file });
    const { missing, unexpected, misshaped, reinitialised, matched } = table;
    const report = {
      file,
      matched: matched.length,
      missing: [...missing],
      unexpected: [...unexpected],
      misshaped: misshaped.map(({ key }) => key),
      reinitialised: [...reinitialised],
      table: keyRows(specs, table).map((row) => [...row]),
    };
    return { found: table.tensors, report };
  } catch (error) {
    throw error instanceof WeightsError ? withRemedy(error) : error;
  }
}

function withRemedy(error: WeightsError): WeightsError {
  const { names = [] } = error.detail;
  const isHead = (key: string): boolean => HEAD_KEYS.includes(partOf(key.replace(/^backbone\./, '')));
  const remedy = names.every(isHead)
    ? 'Only the head differs: with --reinitialise-head it starts anew and the rest is used.'
    : 'Choose the network that these weights were made for; with --allow-partial what fits is used and the rest starts anew.';
  return new WeightsError(error.message, { ...error.detail, remedy }, error);
}
