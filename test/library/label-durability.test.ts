import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { killWhileLabelling } from '../support/durability/kill-session.ts';
import { whyNotServed } from '../support/durability/served-library.ts';
import { suiteFolder } from '../support/temp.ts';

const KILLS = 8;
const folder = suiteFolder();
const missing = whyNotServed();

describe(`a backend that is killed while it labels${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  it.skipIf(missing !== null)(
    'keeps every confirmed label, has none half, and is sound when it starts again',
    async () => {
      const libraryFile = join(folder, 'library.sqlite');
      const report = await killWhileLabelling({ libraryFile, kills: KILLS, seed: 5 });
      expect(report.problems).toEqual([]);
      expect(report).toMatchObject({ kills: KILLS, lost: 0, halfWritten: 0 });
      expect(report.confirmed).toBeGreaterThan(0);
    },
    300_000,
  );
});
