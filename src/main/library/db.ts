import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import envPaths from 'env-paths';
import { LibraryError } from '../../shared/errors.ts';

/** "CNTN": marks a SQLite file as one of ours. */
const APPLICATION_ID = 0x434e544e;
const BUSY_TIMEOUT_MS = 10_000;
const RETRY_MS = 20;

export interface LibraryOptions {
  readonly migrationsFolder?: string;
  /** Skip the integrity check: for the engine, whose parent has just made it. */
  readonly trusted?: boolean;
}

/** An open library file. `prepare` keeps each statement it has compiled; `transaction` takes the write lock at once. */
export interface Library {
  readonly file: string;
  readonly sqlite: Database.Database;
  readonly schemaVersion: number;
  prepare(sql: string): Database.Statement;
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/** Where the library lives when nobody says otherwise: the platform's data folder. */
export function defaultLibraryFile(): string {
  return join(envPaths('countenance', { suffix: '' }).data, 'library.sqlite');
}

/**
 * Opens or creates a library: WAL, foreign keys, busy timeout, integrity check, migrations (with a backup of the
 * file first). Throws LibraryError, leaving the file as it was, if it is foreign, damaged or from a newer version.
 */
export function openLibrary(path: string, options: LibraryOptions = {}): Library {
  const file = resolve(path);
  const migrationsFolder = options.migrationsFolder ?? join(import.meta.dirname, 'migrations');
  const isNew = !existsSync(file) || statSync(file).size === 0;
  const sqlite = connect(file);
  try {
    sqlite.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    if (!isNew) refuseForeignFile(sqlite, file);
    if (!isNew && options.trusted !== true) refuseDamage(sqlite, file);
    turnToWal(sqlite);
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma('cache_size = -16384');
    const schemaVersion = bringUpToDate(sqlite, file, migrationsFolder);
    sqlite.pragma('foreign_keys = ON');
    return libraryOver(sqlite, file, schemaVersion);
  } catch (error) {
    sqlite.close();
    throw asLibraryError(error, file);
  }
}

function connect(file: string): Database.Database {
  try {
    mkdirSync(dirname(file), { recursive: true });
    return new Database(file);
  } catch (error) {
    throw new LibraryError(
      `The library ${file} cannot be opened: ${messageOf(error)}`,
      { file, remedy: 'Check that the folder exists and may be written, or name another file with --library.' },
      error,
    );
  }
}

function refuseForeignFile(sqlite: Database.Database, file: string): void {
  const tables = sqlite.prepare('SELECT count(*) FROM sqlite_master').pluck().get() as number;
  const id = sqlite.pragma('application_id', { simple: true });
  if (tables > 0 && id !== APPLICATION_ID) {
    throw new LibraryError(`${file} is a database, but not a Countenance library.`, {
      file,
      kept: 'The file was not changed.',
      remedy: 'Name another file with --library.',
    });
  }
}

function refuseDamage(sqlite: Database.Database, file: string): void {
  const problems = quickCheck(sqlite);
  if (problems.length === 0) return;
  throw new LibraryError(`The library ${file} is damaged: ${problems[0]}`, {
    file,
    kept: 'Nothing was changed.',
    remedy: 'Copy the file, then restore a backup (the .backup files beside it) or import the datasets again.',
  });
}

/** SQLite's own findings about the file, empty when it is sound. Reads the whole file. */
export function quickCheck(sqlite: Database.Database): readonly string[] {
  const rows = sqlite.prepare('PRAGMA quick_check(20)').pluck().all() as string[];
  return rows.filter((row) => row !== 'ok');
}

/**
 * A file is turned to WAL by a process that has it alone, and SQLite refuses at once instead of waiting for that. So
 * those that open a new library together try again, as long as the busy timeout.
 */
function turnToWal(sqlite: Database.Database): void {
  const deadline = Date.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      sqlite.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY' || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}

function bringUpToDate(sqlite: Database.Database, file: string, migrationsFolder: string): number {
  const migrations = readMigrationFiles({ migrationsFolder });
  const version = sqlite.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length) {
    const versions = `schema ${version}, known ${migrations.length}`;
    throw new LibraryError(`The library ${file} was written by a newer version (${versions}).`, {
      file,
      kept: 'Nothing was changed.',
      remedy: 'Update Countenance, or name another file with --library.',
    });
  }
  if (version === migrations.length) return version;
  if (version > 0) backUp(sqlite, file, version);
  applyMigrations(sqlite, migrations);
  return migrations.length;
}

/** All or nothing, and under the write lock: another process that opens the same new file waits, then finds it done. */
function applyMigrations(sqlite: Database.Database, migrations: readonly MigrationMeta[]): void {
  sqlite.pragma('foreign_keys = OFF');
  const apply = sqlite.transaction(() => {
    const from = sqlite.pragma('user_version', { simple: true }) as number;
    for (const migration of migrations.slice(from)) for (const statement of migration.sql) sqlite.exec(statement);
    sqlite.pragma(`application_id = ${APPLICATION_ID}`);
    sqlite.pragma(`user_version = ${migrations.length}`);
  });
  apply.immediate();
}

function backUp(sqlite: Database.Database, file: string, version: number): void {
  sqlite.prepare('VACUUM INTO ?').run(`${file}.schema-${version}.${Date.now()}.backup`);
}

function libraryOver(sqlite: Database.Database, file: string, schemaVersion: number): Library {
  const statements = new Map<string, Database.Statement>();
  return {
    file,
    sqlite,
    schemaVersion,
    prepare(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const statement = sqlite.prepare(sql);
      statements.set(sql, statement);
      return statement;
    },
    transaction: (work) => sqlite.transaction(work).immediate(),
    close: () => {
      statements.clear();
      sqlite.close();
    },
  };
}

function asLibraryError(error: unknown, file: string): LibraryError {
  if (error instanceof LibraryError) return error;
  const code = (error as { code?: string }).code ?? '';
  const remedy =
    code === 'SQLITE_BUSY'
      ? 'Another program holds the file. Close it and try again.'
      : 'Restore a backup, or name another file with --library.';
  return new LibraryError(`The library ${file} cannot be opened: ${messageOf(error)}`, { file, remedy }, error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
