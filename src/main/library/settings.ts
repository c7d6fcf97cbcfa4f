import { type Settings, settingsSchema } from '../../shared/contract/system.ts';
import type { Library } from './db.ts';

const DEFAULTS: Settings = { provider: 'auto', annotatorId: null };

/** The library's settings, defaults where nothing valid is stored. */
export function readSettings(library: Library): Settings {
  const rows = library.prepare('SELECT key, value FROM settings').all() as { key: string; value: string }[];
  const stored = Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value) as unknown]));
  const parsed = settingsSchema.safeParse({ ...DEFAULTS, ...stored });
  return parsed.success ? parsed.data : DEFAULTS;
}

/** Stores the given settings and returns them all. */
export function writeSettings(library: Library, change: Partial<Settings>): Settings {
  const put = library.prepare(
    'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  library.transaction(() => {
    for (const [key, value] of Object.entries(change)) put.run(key, JSON.stringify(value));
  });
  return readSettings(library);
}
