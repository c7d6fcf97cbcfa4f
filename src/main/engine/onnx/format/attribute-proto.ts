import type { Attribute } from '../attributes.ts';
import { ATTRIBUTE_TYPES, type AttributeProto } from './proto.ts';
import { withTensors } from './subgraph.ts';
import { type ExternalData, inlined, readTensor, tensorProto } from './tensor-proto.ts';

/** An attribute as an ONNX file stores it. */
export function attributeProto(name: string, attribute: Attribute): AttributeProto {
  switch (attribute.kind) {
    case 'int':
      return { name, type: ATTRIBUTE_TYPES.int, i: attribute.value };
    case 'float':
      return { name, type: ATTRIBUTE_TYPES.float, f: attribute.value };
    case 'text':
      return { name, type: ATTRIBUTE_TYPES.string, s: new TextEncoder().encode(attribute.value) };
    case 'ints':
      return { name, type: ATTRIBUTE_TYPES.ints, ints: attribute.value };
    case 'floats':
      return { name, type: ATTRIBUTE_TYPES.floats, floats: attribute.value };
    case 'tensor':
      return { name, type: ATTRIBUTE_TYPES.tensor, t: tensorProto('', attribute.value) };
    case 'raw':
      return attribute.value;
  }
}

/** A file's attribute; what has no plain form (graphs, lists of strings, bytes that are no text) is kept as it is. */
export function readAttribute(proto: AttributeProto, external: ExternalData | undefined): Attribute {
  const { f = 0, i = 0, s = new Uint8Array(), t, ints = [], floats = [] } = proto;
  switch (proto.type ?? presentType(proto)) {
    case ATTRIBUTE_TYPES.int:
      return { kind: 'int', value: i };
    case ATTRIBUTE_TYPES.float:
      return { kind: 'float', value: f };
    case ATTRIBUTE_TYPES.ints:
      return { kind: 'ints', value: ints };
    case ATTRIBUTE_TYPES.floats:
      return { kind: 'floats', value: floats };
    case ATTRIBUTE_TYPES.string: {
      const value = textOf(s);
      return value === null ? { kind: 'raw', value: proto } : { kind: 'text', value };
    }
    case ATTRIBUTE_TYPES.tensor: {
      const value = t === undefined ? null : readTensor(t, external);
      if (value !== null) return { kind: 'tensor', value };
    }
  }
  return { kind: 'raw', value: withTensors(proto, (tensor) => inlined(tensor, external)) };
}

/** Files of the first IR versions leave the type to be seen from the field that is filled. */
function presentType({ f, i, s, t, ints, floats }: AttributeProto): number | null {
  if (i !== undefined) return ATTRIBUTE_TYPES.int;
  if (f !== undefined) return ATTRIBUTE_TYPES.float;
  if (s !== undefined) return ATTRIBUTE_TYPES.string;
  if (t !== undefined) return ATTRIBUTE_TYPES.tensor;
  if (ints !== undefined) return ATTRIBUTE_TYPES.ints;
  return floats === undefined ? null : ATTRIBUTE_TYPES.floats;
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
