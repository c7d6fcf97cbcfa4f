import { describe, expect, it } from 'vitest';
import { canonicalClassName, FERPLUS_CLASSES, mapClasses, RAFDB_CLASSES } from '../../src/shared/class-sets.ts';

describe('class names', () => {
  it.each([
    ['Happy', 'happiness'],
    ['ANGRY', 'anger'],
    ['sad', 'sadness'],
    ['Not a face', 'NF'],
    ['not_a_face', 'NF'],
    [' fearful ', 'fear'],
  ])('%s is %s', (written, canonical) => {
    expect(canonicalClassName(written)).toBe(canonical);
  });

  it('are left alone when nobody knows them', () => {
    expect(canonicalClassName('smirk')).toBeNull();
  });
});

describe('mapping one list of classes onto another', () => {
  const ferplus = FERPLUS_CLASSES.map((entry) => entry.name);

  it('goes by name, whatever the order', () => {
    const rafdb = RAFDB_CLASSES.map((entry) => entry.name);
    expect(mapClasses(rafdb, ferplus)).toEqual({ indices: [2, 6, 5, 1, 3, 4, 0], unmapped: [] });
  });

  it('goes by alias and case where no name is equal', () => {
    expect(mapClasses(['Angry', 'Happy'], ferplus).indices).toEqual([4, 1]);
    expect(mapClasses(['happiness'], ['Happy', 'Sad']).indices).toEqual([0]);
  });

  it('names what it cannot map, and takes an override for it', () => {
    expect(mapClasses(['smirk', 'fear'], ferplus)).toEqual({ indices: [-1, 6], unmapped: ['smirk'] });
    expect(mapClasses(['smirk'], ferplus, { smirk: 'contempt' }).indices).toEqual([7]);
  });
});
