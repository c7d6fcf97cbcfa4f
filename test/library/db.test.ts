import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { describe, expect, it } from 'vitest';
import { listDatasets } from '../../src/main/library/datasets.ts';
import { openLibrary } from '../../src/main/library/db.ts';
import { LibraryError } from '../../src/shared/errors.ts';
import { addFaces } from '../support/library-rows.ts';
import { tempFolder } from '../support/temp.ts';

/** Takes the write lock of a file that is not yet in WAL mode, says so, and lets go half a second later. */
const HOLD_NEW_FILE = `
  const sqlite = new (require('better-sqlite3'))(process.argv[1]);
  sqlite.exec('BEGIN IMMEDIATE');
  console.log('held');
  setTimeout(() => { sqlite.exec('ROLLBACK'); sqlite.close(); }, 500);
`;
const MIGRATIONS = join(import.meta.dirname, '../../src/main/library/migrations');
const migrations = readMigrationFiles({ migrationsFolder: MIGRATIONS });

function opened<Result>(file: string, work: (library: ReturnType<typeof openLibrary>) => Result): Result {
  const library = openLibrary(file);
  try {
    return work(library);
  } finally {
    library.close();
  }
}

/** A library as an earlier version left it: only its first migrations, and one face. */
function libraryOfVersion(file: string, version: number): void {
  const sqlite = new Database(file);
  for (const migration of migrations.slice(0, version)) for (const statement of migration.sql) sqlite.exec(statement);
  sqlite.pragma(`application_id = ${0x434e544e}`);
  sqlite.pragma(`user_version = ${version}`);
  sqlite.exec(`
    INSERT INTO datasets (name, kind, classes, created_at) VALUES ('old', 'ferplus', '[{"name":"neutral","emotion":true}]', 1);
    INSERT INTO vote_files (dataset_id, file, imported_at) VALUES (1, 'votes.csv', 1);
    INSERT INTO images (content_hash, width, height, media_type, byte_size, bytes) VALUES (x'01', 48, 48, 'image/png', 1, x'02');
    INSERT INTO samples (dataset_id, key, split, image_id, image_file, votes, vote_file_id, vote_row, votes_total, label, vote_entropy, vote_margin)
    VALUES (1, 'a.png', 1, 1, 'a.png', x'0a00', 1, 2, 10, 0, 0, 1);
  `);
  sqlite.close();
}

describe('opening a library', () => {
  it('creates the file and its folder, in WAL mode, with foreign keys on', () => {
    const file = join(tempFolder(), 'deep', 'library.sqlite');
    opened(file, (library) => {
      expect(library.sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(library.sqlite.pragma('foreign_keys', { simple: true })).toBe(1);
      expect(library.schemaVersion).toBe(migrations.length);
    });
    expect(statSync(file).size).toBeGreaterThan(0);
  });

  it('waits while another process that came first to the new file is writing its first page', async () => {
    const file = join(tempFolder(), 'library.sqlite');
    const holder = spawn(process.execPath, ['--eval', HOLD_NEW_FILE, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    opened(file, (library) => expect(library.schemaVersion).toBe(migrations.length));
    await once(holder, 'exit');
  });

  it('finds again what was written before', () => {
    const file = join(tempFolder(), 'library.sqlite');
    opened(file, (library) => addFaces(library, [{ key: 'a.png', votes: [5, 0, 0, 0, 0, 0, 0, 0, 0, 0] }]));
    opened(file, (library) => expect(listDatasets(library)[0]).toMatchObject({ name: 'faces', samples: 1 }));
  });

  it('refuses a file from a newer version and leaves it as it was', () => {
    const file = join(tempFolder(), 'library.sqlite');
    opened(file, () => undefined);
    const sqlite = new Database(file);
    sqlite.pragma('user_version = 999');
    sqlite.close();
    const before = readFileSync(file);
    expect(() => openLibrary(file)).toThrow(/newer version/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('refuses a database that is not a library', () => {
    const file = join(tempFolder(), 'other.sqlite');
    const sqlite = new Database(file);
    sqlite.exec('CREATE TABLE notes (text)');
    sqlite.close();
    expect(() => openLibrary(file)).toThrow(/not a Countenance library/);
  });

  it('refuses a file that is no database, and a damaged library', () => {
    const folder = tempFolder();
    const text = join(folder, 'text.sqlite');
    writeFileSync(text, 'this is not a database, however long this sentence may be made to run on');
    expect(() => openLibrary(text)).toThrow(LibraryError);

    const file = join(folder, 'library.sqlite');
    opened(file, (library) => {
      addFaces(
        library,
        Array.from({ length: 500 }, (_, index) => ({
          key: `${index}.png`,
          votes: [index % 9, 3, 0, 0, 0, 0, 0, 0, 0, 0],
        })),
      );
      library.sqlite.pragma('wal_checkpoint(TRUNCATE)');
    });
    const damaged = readFileSync(file);
    damaged.fill(0x5a, 8192, damaged.length - 4096);
    writeFileSync(file, damaged);
    expect(() => openLibrary(file)).toThrow(LibraryError);
  });
});

describe('migrating', () => {
  it.each(migrations.map((_, index) => index + 1).slice(0, -1))(
    'brings a library of version %i up to date, its contents intact, after backing the file up',
    (version) => {
      const folder = tempFolder();
      const file = join(folder, 'library.sqlite');
      libraryOfVersion(file, version);
      const copy = join(folder, 'copy.sqlite');
      copyFileSync(file, copy);
      opened(file, (library) => {
        expect(library.schemaVersion).toBe(migrations.length);
        expect(listDatasets(library)[0]).toMatchObject({ name: 'old', samples: 1, classCounts: [1] });
      });
      const backup = readdirSync(folder).find((name) => name.includes('.backup'));
      expect(backup).toBeDefined();
      const old = new Database(join(folder, backup!), { readonly: true });
      expect(old.pragma('user_version', { simple: true })).toBe(version);
      expect(old.prepare('SELECT count(*) FROM samples').pluck().get()).toBe(1);
      old.close();
    },
  );

  it('leaves the file at its old version when a migration fails', () => {
    const folder = tempFolder();
    const file = join(folder, 'library.sqlite');
    libraryOfVersion(file, 1);
    const sqlite = new Database(file);
    sqlite.exec('CREATE TABLE class_counts (in_the_way)');
    sqlite.close();
    expect(() => openLibrary(file)).toThrow(LibraryError);
    const after = new Database(file, { readonly: true });
    expect(after.pragma('user_version', { simple: true })).toBe(1);
    after.close();
  });
});
