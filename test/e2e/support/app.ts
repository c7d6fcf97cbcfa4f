import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const PROJECT = join(import.meta.dirname, '../../..');
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'].find(existsSync);

/** The real server over a library file, as `npm run serve` starts it. */
export interface RunningApp {
  /** The link with its key, as it is printed. */
  readonly url: string;
  readonly pid: number;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export async function startApp(libraryFile: string): Promise<RunningApp> {
  const words = ['src/main/cli/main.ts', '--library', libraryFile, '--json', 'serve', '--port', '0', '--no-open'];
  const child = spawn(process.execPath, words, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'inherit'] });
  const { url } = await announced(child);
  return {
    url,
    pid: child.pid!,
    stop: (signal = 'SIGTERM') =>
      new Promise((done) => {
        if (child.exitCode !== null || child.signalCode !== null) return done();
        child.once('exit', () => done());
        child.kill(signal);
      }),
  };
}

function announced(child: ChildProcess): Promise<{ url: string }> {
  return new Promise((done, fail) => {
    let said = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      try {
        done(JSON.parse(said) as { url: string });
      } catch {
        // The document is not whole yet.
      }
    });
    child.once('exit', (code) => fail(new Error(`The server ended with ${code} before it said where it is: ${said}`)));
  });
}

/** Chromium without a screen. Throws if this machine has none, since the browser tests are no option. */
export function launchBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('Chromium is not installed: apt-get install chromium');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
  return chromium.launch({ executablePath: CHROMIUM, args });
}
