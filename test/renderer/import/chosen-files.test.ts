import { describe, expect, it } from 'vitest';
import { topPaths } from '../../../src/renderer/import/chosen-files.ts';

describe('topPaths', () => {
  it('answers the dropped folder once for all that lies within it', () => {
    expect(
      topPaths([
        { path: 'ferplus/fer2013new.csv', fullPath: '/up/ferplus/fer2013new.csv' },
        { path: 'ferplus/data/FER2013Train/a.png', fullPath: '/up/ferplus/data/FER2013Train/a.png' },
      ]),
    ).toEqual(['/up/ferplus']);
  });

  it('answers single files as they are, beside folders', () => {
    expect(
      topPaths([
        { path: 'fer2013.csv', fullPath: 'C:\\data\\fer2013.csv' },
        { path: 'faces/a.png', fullPath: 'C:\\data\\faces\\a.png' },
      ]),
    ).toEqual(['C:\\data\\fer2013.csv', 'C:\\data\\faces']);
  });
});
