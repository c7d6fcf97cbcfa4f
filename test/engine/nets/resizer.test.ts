import { describe, expect, it } from 'vitest';
import { instantiate, parametersOf } from '../../../src/main/engine/nets/instantiate.ts';
import { resizer } from '../../../src/main/engine/nets/resizer.ts';
import { checkCase } from '../../support/fixture-cases.ts';

describe('the resizer', () => {
  checkCase('resizer_eval');
  checkCase('resizer_train');

  it('has 16 feature channels and one residual block unless told otherwise', () => {
    const keys = parametersOf(resizer, resizer.config.parse({ input: 48, output: 28 }));
    expect(keys.find(({ key }) => key === 'conv1.weight')!.shape).toEqual([16, 3, 7, 7]);
    expect(keys.filter(({ key }) => key.endsWith('.conv2.weight')).map(({ key }) => key)).toEqual([
      'resblock.0.conv2.weight',
    ]);
  });

  it('leaves the batch open for inference', () => {
    const config = resizer.config.parse({ input: 384, output: 224, r: 0 });
    expect(instantiate(resizer, config, { batch: 'n' }).outputs.output.shape).toEqual(['n', 3, 224, 224]);
  });
});
