import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countTargets, type FaceTargets, mapTargets } from '../../../src/main/engine/training/targets.ts';
import { loadTargets, saveTargets } from '../../../src/main/engine/training/targets-file.ts';
import { writeSafetensors } from '../../../src/main/engine/weights/safetensors.ts';
import { ClassMappingError, NotFoundError, WeightsError } from '../../../src/shared/errors.ts';
import { tempFolder } from '../../support/temp.ts';

const TABLE: FaceTargets = {
  classes: ['neutral', 'happiness', 'anger'],
  ids: Uint32Array.from([4, 9]),
  labels: Uint16Array.from([0, 2]),
  targets: Float32Array.from([0.5, 0, 0.5, 0, 0, 1]),
  shares: Float32Array.from([0.5, 0.25, 0.25, 0.125, 0, 0.875]),
  ambiguity: Float32Array.from([0.75, 0.25]),
  dropped: 3,
};

describe('the counts before a run', () => {
  it('say how many faces are kept, by class too, and how many are dropped', () => {
    expect(countTargets(TABLE)).toEqual({
      kept: 2,
      dropped: 3,
      byClass: [
        { name: 'neutral', count: 1 },
        { name: 'happiness', count: 0 },
        { name: 'anger', count: 1 },
      ],
    });
  });
});

describe('targets over a model’s classes', () => {
  it('are put in the model’s order by name, and keep their labels where two classes tie', () => {
    const mapped = mapTargets(TABLE, ['Angry', 'fear', 'happy', 'neutral']);
    expect([...mapped.targets]).toEqual([0.5, 0, 0, 0.5, 1, 0, 0, 0]);
    expect([...mapped.shares]).toEqual([0.25, 0, 0.25, 0.5, 0.875, 0, 0, 0.125]);
    expect([...mapped.labels]).toEqual([3, 0]);
    expect(mapped.classes).toEqual(['Angry', 'fear', 'happy', 'neutral']);
  });

  it('follow the model’s class overrides', () => {
    const mapped = mapTargets(TABLE, ['rage', 'calm', 'happiness'], { rage: 'anger', calm: 'neutral' });
    expect([...mapped.labels]).toEqual([1, 0]);
  });

  it('are refused where the model lacks a class, naming it', () => {
    expect(() => mapTargets(TABLE, ['neutral', 'happiness'])).toThrow(ClassMappingError);
    expect(() => mapTargets(TABLE, ['neutral', 'happiness'])).toThrow('no class for the dataset’s anger');
  });
});

describe('a targets file', () => {
  it('gives back the table that was saved', () => {
    const file = join(tempFolder(), 'targets.safetensors');
    saveTargets(file, TABLE);
    expect(loadTargets(file)).toEqual(TABLE);
  });

  it('is refused where it is something else, or not there', () => {
    const folder = tempFolder();
    const weights = join(folder, 'weights.safetensors');
    writeSafetensors(weights, new Map([['ids', { dtype: 'float32', shape: [1], data: new Float32Array(1) }]]));
    expect(() => loadTargets(weights)).toThrow('names no classes');
    const cut = join(folder, 'cut.safetensors');
    writeSafetensors(cut, new Map([['ids', { dtype: 'uint32', shape: [1], data: new Uint32Array(1) }]]), {
      classes: '["a"]',
      dropped: '0',
    });
    expect(() => loadTargets(cut)).toThrow('labels is missing');
    const text = join(folder, 'text.safetensors');
    writeFileSync(text, 'no tensors here');
    expect(() => loadTargets(text)).toThrow(WeightsError);
    expect(() => loadTargets(join(folder, 'none'))).toThrow(NotFoundError);
  });
});
