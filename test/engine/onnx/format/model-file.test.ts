import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel, writeModel } from '../../../../src/main/engine/onnx/format/model-file.ts';
import { decodeModel } from '../../../../src/main/engine/onnx/format/proto.ts';
import { Graph } from '../../../../src/main/engine/onnx/graph.ts';
import { add, mul } from '../../../../src/main/engine/onnx/ops/arithmetic.ts';
import { compileFile } from '../../../../src/main/engine/onnx/run.ts';
import { tensorOf } from '../../../../src/main/engine/onnx/tensor.ts';
import { GraphError, NotFoundError } from '../../../../src/shared/errors.ts';
import { PYTORCH_MODEL } from '../../../support/pytorch-model.ts';
import { tempFolder } from '../../../support/temp.ts';
import { attribute, declare, fileOf, tensor } from '../support/file-models.ts';
import { bitsOf, runAndRelease, runAsWritten } from '../support/same-numbers.ts';

const LENGTH = 600;
const large = (factor: number) =>
  tensorOf(
    'float32',
    [LENGTH],
    Array.from({ length: LENGTH }, (_, at) => at * factor),
  );
const feeds = { x: large(0.5) };

/** x · a + b + 1, with two tensors of 2.4 kB and one number. */
function scaled(): Graph {
  const graph = new Graph();
  const product = mul(graph.input('x', 'float32', [LENGTH]), graph.constant(large(2), 'a'));
  graph.output('y', add(add(product, graph.constant(large(-3), 'b')), 1));
  return graph;
}

describe('a model on disk', () => {
  it('is one file while its tensors fit into it', async () => {
    const folder = tempFolder();
    const file = join(folder, 'model.onnx');
    writeModel(scaled(), file);
    expect(readdirSync(folder)).toEqual(['model.onnx']);
    const expected = bitsOf(await runAsWritten(scaled(), feeds));
    expect(bitsOf(await runAndRelease(await compileFile(file), feeds))).toEqual(expected);
    expect(bitsOf(await runAsWritten(readModel(file), feeds))).toEqual(expected);
  });

  it('keeps larger tensors in a second file, each at a place that can be mapped, and small ones with the nodes', async () => {
    const folder = tempFolder();
    const file = join(folder, 'model.onnx');
    writeModel(scaled(), file, { limit: 4000 });
    expect(readdirSync(folder).sort()).toEqual(['model.onnx', 'model.onnx.data']);
    expect(statSync(join(folder, 'model.onnx.data')).size).toBe(65_536 + LENGTH * 4);
    const { initializer } = decodeModel(readFileSync(file)).graph;
    expect(initializer!.map(({ name, externalData }) => [name, externalData?.map(({ value }) => value)])).toEqual([
      ['a', ['model.onnx.data', '0', '2400']],
      ['b', ['model.onnx.data', '65536', '2400']],
      [expect.any(String), undefined],
    ]);
    const expected = bitsOf(await runAsWritten(scaled(), feeds));
    expect(bitsOf(await runAndRelease(await compileFile(file), feeds))).toEqual(expected);
    expect(bitsOf(await runAsWritten(readModel(file), feeds))).toEqual(expected);
  });

  it('may be written over the file it was read from', () => {
    const file = join(tempFolder(), 'model.onnx');
    writeModel(scaled(), file, { limit: 0 });
    for (let time = 0; time < 2; time += 1) writeModel(readModel(file), file, { limit: 0 });
    expect(readModel(file).constants.map(({ constant }) => constant!.data)).toEqual(
      scaled().constants.map(({ constant }) => constant!.data),
    );
  });

  it('stays as it was where writing fails, with nothing half-written beside it', () => {
    const folder = tempFolder();
    const file = join(folder, 'model.onnx');
    mkdirSync(join(file, 'occupied'), { recursive: true });
    expect(() => writeModel(scaled(), file, { limit: 0 })).toThrow(GraphError);
    expect(() => writeModel(scaled(), file)).toThrow(/model\.onnx could not be written/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(() => writeModel(scaled(), join(folder, 'no', 'such', 'folder.onnx'))).toThrow(/could not be written/);
  });

  it('reads and writes the reference model', async () => {
    const file = join(tempFolder(), 'copy.onnx');
    writeModel(readModel(PYTORCH_MODEL), file, { limit: 1_000_000 });
    const pixels = tensorOf(
      'uint8',
      [1, 1, 48, 48],
      Array.from({ length: 2304 }, (_, at) => (at * 5) % 256),
    );
    const [copy, original] = await Promise.all([compileFile(file), compileFile(PYTORCH_MODEL)]);
    expect(bitsOf(await runAndRelease(copy, { pixels }))).toEqual(bitsOf(await runAndRelease(original, { pixels })));
  });

  it('is refused by name where it is not there or no model', () => {
    const folder = tempFolder();
    expect(() => readModel(join(folder, 'none.onnx'))).toThrow(NotFoundError);
    expect(() => readModel(folder)).toThrow(NotFoundError);
    const file = join(folder, 'text.onnx');
    writeFileSync(file, 'not a model');
    expect(() => readModel(file)).toThrow(GraphError);
    expect(() => readModel(file)).toThrow(`${file}: These bytes are no ONNX model, or are cut short.`);
  });
});

describe('data files of other tools', () => {
  /** A model in `folder/model` whose one tensor of two floats is at a location. */
  function model(entries: Readonly<Record<string, string>>, dims: readonly number[] = [2]): string {
    const folder = join(tempFolder(), 'model');
    mkdirSync(folder);
    const file = join(folder, 'model.onnx');
    const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
    const weights = tensor('w', 'float32', dims, { dataLocation: 1, externalData });
    writeFileSync(file, fileOf({ initializer: [weights], output: [declare('w', 'float32', dims)] }));
    writeFileSync(join(folder, 'weights'), Buffer.from(Float32Array.of(1, 2, 3, 4).buffer));
    writeFileSync(join(folder, '..', 'outside'), Buffer.alloc(8));
    return file;
  }
  const numbersIn = (file: string): readonly number[] =>
    Array.from(readModel(file).constants[0]!.constant!.data as Float32Array);

  it('are read from an offset, whole where no length is given', () => {
    expect(numbersIn(model({ location: 'weights', offset: '4', length: '8' }))).toEqual([2, 3]);
    expect(numbersIn(model({ location: 'weights', offset: '8' }))).toEqual([3, 4]);
    expect(numbersIn(model({ location: './weights' }, [4]))).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['..'],
    ['../outside'],
    ['sub/../../outside'],
    ['/etc/passwd'],
    ['C:\\weights'],
    ['..\\outside'],
    ['.'],
    [''],
  ])('are not looked for outside the model’s folder: “%s”', (location) => {
    expect(() => readModel(model({ location, length: '8' }))).toThrow(
      /keeps tensors (at|in) .*not (in its own folder|there)/,
    );
  });

  it('are not followed out of the folder by a link', () => {
    const file = model({ location: 'link', length: '8' });
    symlinkSync('../outside', join(file, '..', 'link'));
    expect(() => readModel(file)).toThrow(/is a link to a place outside/);
    rmSync(join(file, '..', 'link'));
    symlinkSync('weights', join(file, '..', 'link'));
    expect(numbersIn(file)).toEqual([1, 2]);
  });

  it.each([
    [{ location: 'missing', length: '8' }, /missing, which is not there/],
    [{ location: 'weights', offset: '12', length: '8' }, /has 16 bytes, but the model reads from 12 to 20/],
    [{ location: 'weights', offset: '99' }, /has 16 bytes/],
    [{ location: 'weights', offset: '-4', length: '8' }, /has “-4” for a place in a file/],
    [{ location: 'weights', length: '1e3' }, /has “1e3” for a place/],
    [{ location: 'weights', length: '12' }, /3 numbers, which do not fill \[2\]/],
  ])('must hold what the model says: %j', (entries, message) => {
    expect(() => readModel(model(entries as Record<string, string>))).toThrow(message);
  });

  it('are no longer needed by graphs within nodes once the model is read', async () => {
    const folder = tempFolder();
    const weights = tensor('inner', 'float32', [2], {
      dataLocation: 1,
      externalData: [
        { key: 'location', value: 'weights' },
        { key: 'length', value: '8' },
      ],
    });
    const branch = (name: string, opType: string) =>
      attribute.graph(name, {
        name,
        initializer: [{ ...weights, name: `${name}.w` }],
        node: [{ opType, input: ['x', `${name}.w`], output: [`${name}.y`] }],
        output: [declare(`${name}.y`, 'float32', [2])],
      });
    writeFileSync(join(folder, 'weights'), Buffer.from(Float32Array.of(10, 20).buffer));
    writeFileSync(
      join(folder, 'model.onnx'),
      fileOf({
        node: [
          {
            opType: 'If',
            input: ['flag'],
            output: ['y'],
            attribute: [branch('then_branch', 'Add'), branch('else_branch', 'Mul')],
          },
        ],
        input: [declare('flag', 'bool', []), declare('x', 'float32', [2])],
        output: [declare('y', 'float32', [2])],
      }),
    );
    const graph = readModel(join(folder, 'model.onnx'));
    truncateSync(join(folder, 'weights'));
    const found = await runAsWritten(graph, {
      flag: tensorOf('bool', [], [1]),
      x: tensorOf('float32', [2], [1, 2]),
    });
    expect(found.y!.data).toEqual(Float32Array.of(11, 22));
  });
});
