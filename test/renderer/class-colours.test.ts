import { describe, expect, it } from 'vitest';
import { classColour, classColourIndex } from '../../src/renderer/class-colours.ts';
import { FERPLUS_CLASSES, RAFDB_CLASSES } from '../../src/shared/class-sets.ts';

describe('class colours', () => {
  it('give the ten FERPlus classes ten different colours', () => {
    expect(new Set(FERPLUS_CLASSES.map(({ name }) => classColour(name))).size).toBe(10);
  });

  it('give a class of RAF-DB the colour it has in FERPlus, whatever its place', () => {
    const ferplus = new Map(FERPLUS_CLASSES.map(({ name }) => [name, classColour(name)]));
    for (const { name } of RAFDB_CLASSES) expect(classColour(name)).toBe(ferplus.get(name));
  });

  it('see through case and aliases', () => {
    expect(classColour('Happy')).toBe(classColour('happiness'));
    expect(classColour('not a face')).toBe(classColour('NF'));
  });

  it('give an unknown name always the same hue, never a grey', () => {
    for (const name of ['smug', 'bored', '', '困惑']) {
      expect(classColourIndex(name)).toBe(classColourIndex(name.toUpperCase()));
      expect(classColourIndex(name)).toBeGreaterThanOrEqual(1);
      expect(classColourIndex(name)).toBeLessThanOrEqual(7);
    }
  });
});
