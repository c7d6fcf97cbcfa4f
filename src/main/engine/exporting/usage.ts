import type { ModelSpec } from '../../../shared/model-spec.ts';

/** How to run an exported file from other programs. */
export interface Usage {
  readonly python: string;
  readonly javascript: string;
}

/** Short programs that name the expression of one face, for Python (onnxruntime, Pillow) and Node (onnxruntime-node, sharp). */
export const usageOf = (file: string, spec: ModelSpec): Usage => ({
  python: inPython(file, spec),
  javascript: inJavaScript(file, spec),
});

const listed = (values: readonly number[]): string => `[${values.join(', ')}]`;
const isPlain = ({ scale, mean, std }: ModelSpec['input']): boolean =>
  scale === 1 && mean.every((value) => value === 0) && std.every((value) => value === 1);

function inPython(file: string, { input, outputs }: ModelSpec): string {
  const { name, width, height, colour, layout, dtype, scale, mean, std } = input;
  const image = `Image.open("face.png").convert("${colour === 'grey' ? 'L' : 'RGB'}").resize((${width}, ${height}), Image.BILINEAR)`;
  const scaled = isPlain(input) ? '' : ` * ${scale}`;
  const centred =
    isPlain(input) || (mean.every((value) => value === 0) && std.every((value) => value === 1))
      ? []
      : [`pixels = (pixels - np.array(${listed(mean)})) / np.array(${listed(std)})`];
  return [
    'import json',
    'import numpy as np, onnxruntime',
    'from PIL import Image',
    '',
    `session = onnxruntime.InferenceSession("${file}")`,
    'classes = json.loads(session.get_modelmeta().custom_metadata_map["classes"])',
    `face = ${image}`,
    `pixels = np.asarray(face).reshape(${height}, ${width}, ${input.channels})${colour === 'bgr' ? '[:, :, ::-1]' : ''}${scaled}`,
    ...centred,
    ...(layout === 'NCHW' ? ['pixels = pixels.transpose(2, 0, 1)'] : []),
    `feed = {"${name}": np.ascontiguousarray(pixels[None], dtype=np.${dtype})}`,
    `[probabilities] = session.run(["${outputs.probabilities}"], feed)`,
    'for name, share in zip(classes, probabilities[0]):',
    '    print(name, f"{share:.3f}")',
  ].join('\n');
}

/** The bytes of a grey face are the input as they stand. */
const isBytes = ({ input }: ModelSpec): boolean => isPlain(input) && input.channels === 1 && input.dtype === 'uint8';

function inJavaScript(file: string, spec: ModelSpec): string {
  const { input, outputs, classes } = spec;
  const { name, width, height, channels, colour, layout, dtype, scale, mean, std } = input;
  const array = dtype === 'uint8' ? 'Uint8Array' : 'Float32Array';
  const source = colour === 'bgr' ? '2 - channel' : 'channel';
  const value = isPlain(input) ? 'byte' : `(byte * ${scale} - ${listed(mean)}[channel]) / ${listed(std)}[channel]`;
  const shape = layout === 'NCHW' ? `[1, ${channels}, ${height}, ${width}]` : `[1, ${height}, ${width}, ${channels}]`;
  const place = layout === 'NCHW' ? `channel * ${width * height} + at` : `at * ${channels} + channel`;
  return [
    "import ort from 'onnxruntime-node';",
    "import sharp from 'sharp';",
    '',
    `const classes = ${JSON.stringify(classes)};`,
    `const session = await ort.InferenceSession.create('${file}');`,
    `const face = sharp('face.png').removeAlpha().resize(${width}, ${height}, { fit: 'fill', kernel: 'linear' });`,
    ...(isBytes(spec)
      ? ["const pixels = new Uint8Array(await face.toColourspace('b-w').raw().toBuffer());"]
      : [
          `const bytes = await face.toColourspace('${channels === 1 ? 'b-w' : 'srgb'}').raw().toBuffer();`,
          `const pixels = new ${array}(${width * height * channels});`,
          `for (let at = 0; at < ${width * height}; at += 1) {`,
          `  for (let channel = 0; channel < ${channels}; channel += 1) {`,
          `    const byte = bytes[at * ${channels} + ${source}];`,
          `    pixels[${place}] = ${value};`,
          '  }',
          '}',
        ]),
    `const feeds = { ${JSON.stringify(name)}: new ort.Tensor('${dtype}', pixels, ${shape}) };`,
    `const { ${JSON.stringify(outputs.probabilities)}: probabilities } = await session.run(feeds);`,
    'for (const [at, name] of classes.entries()) console.log(name, probabilities.data[at].toFixed(3));',
  ].join('\n');
}
