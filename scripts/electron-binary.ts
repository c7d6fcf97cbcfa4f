import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './build-state.ts';
import { commandOf } from './run.ts';

const DOWNLOAD_TIMEOUT_MS = 120_000;
const REACH_TIMEOUT_MS = 4_000;
const RELEASES = 'https://github.com/electron/electron/releases';

/** The Electron program, or why there is none. */
export type ElectronBinary = { readonly path: string } | { readonly path: null; readonly why: string };

/** The binary that is already here, or null. */
export function installedElectron(): string | null {
  const folder = join(PROJECT, 'node_modules/electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const path = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), readFileSync(pathFile, 'utf8'));
  return existsSync(path) ? path : null;
}

/** Finds the Electron program, fetching it once where its download site answers. Never waits for long, never throws. */
export async function findElectron(): Promise<ElectronBinary> {
  if (process.env.COUNTENANCE_NO_ELECTRON) return { path: null, why: 'COUNTENANCE_NO_ELECTRON is set' };
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return { path: null, why: 'this machine has no screen' };
  }
  const here = installedElectron();
  if (here !== null) return { path: here };
  if (!(await canReach(process.env.ELECTRON_MIRROR ?? RELEASES))) {
    return { path: null, why: 'its program is not installed and its download site cannot be reached' };
  }
  process.stdout.write('Fetching Electron, once …\n');
  const code = await runQuietly(commandOf('electron', 'install-electron'));
  const path = installedElectron();
  return path === null ? { path, why: `its program could not be fetched (exit code ${code})` } : { path };
}

async function canReach(address: string): Promise<boolean> {
  try {
    const { ok } = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(REACH_TIMEOUT_MS) });
    return ok;
  } catch {
    return false;
  }
}

function runQuietly(file: string): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file], { stdio: 'ignore', timeout: DOWNLOAD_TIMEOUT_MS });
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });
}
