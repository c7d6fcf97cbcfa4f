import { z } from 'zod';
import { type DType, elementCount } from '../onnx/tensor.ts';
import { elementSize, type Refuse, type TensorInfo } from './weights-file.ts';

/** The element types of the format that this library holds, by the format's names. */
export const SAFETENSORS_TYPES = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
} as const satisfies Record<string, DType>;

const isKnown = (name: string): name is keyof typeof SAFETENSORS_TYPES => Object.hasOwn(SAFETENSORS_TYPES, name);

/** A tensor's place among the bytes that follow the header. */
export interface TensorPlace extends TensorInfo {
  readonly start: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly places: ReadonlyMap<string, TensorPlace>;
  readonly metadata: Readonly<Record<string, string>>;
}

const count = z.int().nonnegative();
const Entry = z.strictObject({
  dtype: z.string(),
  shape: z.array(count),
  data_offsets: z.tuple([count, count]),
});

const areTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((text) => typeof text === 'string');

/**
 * Reads the JSON of a safetensors header whose tensors fill `dataSize` bytes. Throws what `refuse` makes where a rule
 * of the format is broken: https://github.com/huggingface/safetensors#format.
 */
export function parseHeader(bytes: Uint8Array, dataSize: number, refuse: Refuse): SafetensorsHeader {
  const json = parseJson(bytes, refuse);
  const places = new Map<string, TensorPlace>();
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name !== '__metadata__') {
      places.set(name, placeOf(name, value, refuse));
      continue;
    }
    if (!areTexts(value)) throw refuse('its metadata is not a list of texts');
    metadata = value;
  }
  refuseGaps(places, dataSize, refuse);
  return { places, metadata };
}

function parseJson(bytes: Uint8Array, refuse: Refuse): object {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (error) {
    throw refuse('its header is not JSON', error);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json) || !text.startsWith('{')) {
    throw refuse('its header is not a JSON object');
  }
  const repeated = repeatedKey(text);
  if (repeated !== null) throw refuse(`its header holds ${JSON.stringify(repeated)} twice`);
  return json;
}

const TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/g;

/** A key that stands twice in one object of valid JSON text, which JSON.parse would pass over. */
function repeatedKey(text: string): string | null {
  const open: Set<string>[] = [];
  for (const [token, quoted, colon] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(quoted!) as string;
      if (open.at(-1)!.has(key)) return key;
      open.at(-1)!.add(key);
    }
  }
  return null;
}

function placeOf(name: string, value: unknown, refuse: Refuse): TensorPlace {
  const parsed = Entry.safeParse(value);
  if (!parsed.success) throw refuse(`${name} is not described by dtype, shape and data_offsets`);
  const { dtype, shape, data_offsets } = parsed.data;
  if (!isKnown(dtype)) throw refuse(`${name} has the element type ${dtype}, which is not supported`);
  const [start, end] = data_offsets;
  const size = elementCount(shape) * elementSize(SAFETENSORS_TYPES[dtype]);
  if (end - start !== size) {
    throw refuse(`${name} has ${end - start} bytes, but ${dtype} [${shape.join(', ')}] takes ${size}`);
  }
  return { dtype: SAFETENSORS_TYPES[dtype], shape, start, end };
}

function refuseGaps(places: ReadonlyMap<string, TensorPlace>, dataSize: number, refuse: Refuse): void {
  let position = 0;
  const inOrder = [...places].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  for (const [name, { start, end }] of inOrder) {
    if (start < position) throw refuse(`${name} overlaps the tensor before it`);
    if (start > position) throw refuse(`there is a hole of ${start - position} bytes before ${name}`);
    if (end > dataSize) throw refuse(`${name} ends ${end - dataSize} bytes behind the file, which may be cut short`);
    position = end;
  }
  if (position < dataSize) throw refuse(`${dataSize - position} bytes at its end belong to no tensor`);
}
