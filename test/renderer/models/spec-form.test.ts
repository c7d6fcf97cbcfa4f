import { describe, expect, it } from 'vitest';
import { CLASS_PRESETS, parseClassNames } from '../../../src/renderer/components/models/class-presets.ts';
import {
  inputLine,
  parameters,
  scaleText,
  scalingLine,
  shapeText,
} from '../../../src/renderer/components/models/model-format.ts';
import { modelPaths } from '../../../src/renderer/components/models/model-paths.ts';
import { NORMALISATIONS, normalisationName } from '../../../src/renderer/components/models/normalisation.ts';
import {
  draftFields,
  draftOf,
  parseNumber,
  parseNumbers,
  problemsOf,
  specOf,
} from '../../../src/renderer/components/models/spec-draft.ts';
import type { ModelSpec, TensorInfo } from '../../../src/shared/model-spec.ts';

const SPEC: ModelSpec = {
  name: 'micro',
  input: {
    name: 'pixels',
    dtype: 'float32',
    layout: 'NCHW',
    width: 224,
    height: 224,
    colour: 'rgb',
    channels: 3,
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  outputs: { logits: 'logits', embedding: 'embedding' },
  classes: ['happy', 'sad'],
  classOverrides: { happy: 'happiness' },
  licence: 'MIT',
  source: 'somewhere',
  trainedOn: 'faces',
  pipeline: ['resize', 'net'],
  metrics: null,
};
const OUTPUTS: readonly TensorInfo[] = [
  { name: 'logits', dtype: 'float32', shape: ['n', 2] },
  { name: 'embedding', dtype: 'float32', shape: ['n', 192] },
];
const draft = () => draftOf({ spec: SPEC, missing: [] });

describe('the form of a model', () => {
  it('gives back the spec it was filled from, hidden fields included', () => {
    expect(problemsOf(draft(), OUTPUTS)).toEqual({});
    expect(specOf(draft(), SPEC)).toEqual(SPEC);
  });

  it('leaves empty, and asks for, what the file could not say', () => {
    const asked = draftOf({ spec: SPEC, missing: ['classes', 'input.layout', 'input.scale'] });
    expect(asked.classes).toEqual([]);
    expect(Object.keys(problemsOf(asked, OUTPUTS)).sort()).toEqual(['classes', 'layout', 'scale']);
  });

  it('asks for everything when the file says nothing', () => {
    const empty = draftOf({ spec: {}, missing: [] });
    expect(Object.keys(problemsOf(empty, OUTPUTS)).sort()).toEqual(
      [
        'classes',
        'colour',
        'dtype',
        'height',
        'inputName',
        'layout',
        'mean',
        'name',
        'outputs',
        'scale',
        'std',
        'width',
      ].sort(),
    );
  });

  it('knows which field a name of the backend means', () => {
    expect([...draftFields(['input.mean', 'outputs.logits', 'classes'])]).toEqual(['mean', 'outputs', 'classes']);
    expect(draftFields(['input']).has('layout')).toBe(true);
  });

  it.each([
    ['width', { width: '0' }],
    ['width', { width: '22.5' }],
    ['height', { height: '5000' }],
    ['scale', { scale: '-1' }],
    ['scale', { scale: '1/0' }],
    ['mean', { mean: '0.5, 0.5' }],
    ['std', { std: '0' }],
    ['name', { name: 'a/b' }],
    ['classes', { classes: ['happy', 'happy'] }],
    ['classes', { classes: ['happy', ' '] }],
    ['classes', { classes: ['a', 'b', 'c'] }],
    ['outputs', { outputs: { probabilities: '', logits: '', embedding: '' } }],
    ['outputs', { outputs: { probabilities: '', logits: 'x', embedding: 'x' } }],
  ] as const)('refuses a bad %s: %j', (field, change) => {
    expect(Object.keys(problemsOf({ ...draft(), ...change }, OUTPUTS))).toEqual([field]);
  });

  it('spreads one mean over three channels and keeps one for grey', () => {
    const grey = { ...draft(), colour: 'grey', mean: '0.5', std: '0.25' };
    expect(specOf(grey, {}).input).toMatchObject({ channels: 1, mean: [0.5], std: [0.25] });
    expect(specOf({ ...grey, colour: 'bgr' }, {}).input).toMatchObject({ channels: 3, mean: [0.5, 0.5, 0.5] });
  });

  it('reads fractions and lists as people type them', () => {
    expect(parseNumber(' 1 / 255 ')).toBe(1 / 255);
    expect(['', 'x', '1/2/3', '/2'].map(parseNumber)).toEqual([NaN, NaN, NaN, NaN]);
    expect(parseNumbers('0.1 0.2,0.3')).toEqual([0.1, 0.2, 0.3]);
    expect(parseNumbers('')).toEqual([]);
  });
});

describe('class names pasted in', () => {
  it.each([
    ['lines', 'angry\nhappy\n\nsad\n'],
    ['commas', 'angry, happy,sad'],
    ['numbered lines', '0: angry\n1: happy\n2: sad'],
    ['a label file', '0 angry\n1 happy\n2 sad'],
    ['JSON', '["angry", "happy", "sad"]'],
    ['an id2label map', '{"2": "sad", "0": "angry", "1": "happy"}'],
    ['a label2id map', '{"sad": 2, "angry": 0, "happy": 1}'],
    ['a Python list', "['angry', 'happy', 'sad']"],
  ])('are read from %s', (_, text) => {
    expect(parseClassNames(text)).toEqual(['angry', 'happy', 'sad']);
  });

  it('are none in empty text', () => {
    expect(parseClassNames(' \n ')).toEqual([]);
  });

  it('have presets of the size their label says', () => {
    for (const preset of CLASS_PRESETS) {
      expect(preset.label.endsWith(String(preset.classes.length))).toBe(true);
      expect(new Set(preset.classes).size).toBe(preset.classes.length);
    }
  });
});

describe('normalisation presets', () => {
  it.each(NORMALISATIONS.map((preset) => [preset.name, preset] as const))('know %s again', (name, preset) => {
    expect(normalisationName({ scale: preset.scale, mean: [...preset.mean], std: [...preset.std] })).toBe(name);
  });

  it('know a preset spread over three channels, and call the rest custom', () => {
    expect(normalisationName({ scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] })).toBe('signed');
    expect(normalisationName({ scale: 1 / 255, mean: [0.5], std: [0.25] })).toBe('custom');
  });
});

describe('what a model card says', () => {
  it('says parameters in three figures', () => {
    expect([812, 64_230, 1_059_000, 86_567_656].map(parameters)).toEqual(['812', '64.2 k', '1.06 M', '86.6 M']);
  });

  it('says the input and its scaling in words', () => {
    expect(inputLine(SPEC.input)).toBe('224 × 224 RGB, float32, NCHW');
    expect(scalingLine(SPEC.input)).toBe('(byte × 1/255 − [0.485, 0.456, 0.406]) ÷ [0.229, 0.224, 0.225]');
    expect(scalingLine({ ...SPEC.input, scale: 1, mean: [0], std: [1] })).toBe('bytes as they are, 0 to 255');
    expect(scalingLine({ ...SPEC.input, mean: [0, 0, 0], std: [1, 1, 1] })).toBe('byte × 1/255');
    expect([1 / 255, 1, 0.5, 0.013].map(scaleText)).toEqual(['1/255', '1', '1/2', '0.013']);
  });

  it('says shapes', () => {
    expect(shapeText({ name: 'x', dtype: 'uint8', shape: ['n', 1, 48, 48] })).toBe('n × 1 × 48 × 48');
    expect(shapeText({ name: 'x', dtype: 'float32', shape: [] })).toBe('scalar');
  });
});

describe('the files of a model', () => {
  it('are one graph and at most one manifest', () => {
    expect(modelPaths(['/a/m.onnx'])).toEqual({ file: '/a/m.onnx', manifest: null });
    expect(modelPaths(['/a/m.json', '/a/M.ONNX'])).toEqual({ file: '/a/M.ONNX', manifest: '/a/m.json' });
    expect(modelPaths(['/a/m.onnx', '/a/x.json', '/a/y.json'])).toEqual({ file: '/a/m.onnx', manifest: null });
  });

  it('are none without a graph, or with two', () => {
    expect(modelPaths(['/a/m.json'])).toBeNull();
    expect(modelPaths(['/a/m.onnx', '/a/n.onnx'])).toBeNull();
  });
});
