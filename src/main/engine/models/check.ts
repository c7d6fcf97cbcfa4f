import { ModelError } from '../../../shared/errors.ts';
import type { GraphSummary, ModelInput, ModelSpec, TensorInfo } from '../../../shared/model-spec.ts';

/** Throws ModelError, naming the field, where a spec and the graph it is for disagree. */
export function checkSpecAgainstGraph(spec: ModelSpec, graph: GraphSummary): void {
  checkInput(spec.input, graph);
  for (const role of ['probabilities', 'logits', 'embedding'] as const) {
    const name = spec.outputs[role];
    if (name === undefined) continue;
    const output = graph.outputs.find((candidate) => candidate.name === name);
    const field = `outputs.${role}`;
    if (output === undefined) {
      const names = graph.outputs.map((candidate) => candidate.name);
      throw new ModelError(`The graph has no output “${name}”; it has ${names.join(', ')}.`, { field, names });
    }
    if (role !== 'embedding') checkWidth(spec, output, field);
  }
  const twice = spec.classes.find((name, index) => spec.classes.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new ModelError(`The class “${twice}” stands twice.`, { field: 'classes', names: [twice] });
  }
}

function checkInput(input: ModelInput, graph: GraphSummary): void {
  const tensor = graph.inputs.find(({ name }) => name === input.name);
  if (tensor === undefined) {
    const names = graph.inputs.map(({ name }) => name);
    throw new ModelError(`The graph has no input “${input.name}”; it has ${names.join(', ')}.`, {
      field: 'input.name',
      names,
    });
  }
  if (tensor.dtype !== input.dtype) {
    throw new ModelError(`The graph’s input is ${tensor.dtype}, not ${input.dtype}.`, { field: 'input.dtype' });
  }
  if ((input.colour === 'grey') !== (input.channels === 1)) {
    throw new ModelError(`${input.colour} pixels do not have ${input.channels} channels.`, { field: 'input.channels' });
  }
  for (const field of ['mean', 'std'] as const) {
    if (input[field].length === input.channels) continue;
    throw new ModelError(`There must be one ${field} for each of the ${input.channels} channels.`, {
      field: `input.${field}`,
    });
  }
  const { channels, height, width } = input;
  const wanted = input.layout === 'NCHW' ? { channels, height, width } : { height, width, channels };
  Object.entries(wanted).forEach(([side, size], index) => {
    const dim = tensor.shape[index + 1];
    if (typeof dim !== 'number' || dim === size) return;
    throw new ModelError(`The graph takes ${side} ${dim} in layout ${input.layout}, not ${size}.`, {
      field: `input.${side}`,
    });
  });
}

function checkWidth(spec: ModelSpec, output: TensorInfo, field: string): void {
  const width = output.shape.at(-1);
  if (typeof width !== 'number' || width === spec.classes.length) return;
  throw new ModelError(`The output “${output.name}” has ${width} classes, the list names ${spec.classes.length}.`, {
    field: width === 0 ? field : 'classes',
    names: spec.classes,
    remedy: 'Name every class once, in the order of the output.',
  });
}
