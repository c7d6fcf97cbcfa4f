import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

/** A folder of the calling test file's own, removed after its tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countenance-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const REFERENCE_MODEL = resolve(import.meta.dirname, '../../models/nr-swin-micro/nr-swin-micro.onnx');

const sharedManifest = resolve(import.meta.dirname, '../../../shared/models/nr-swin-micro.json');
/** The reference model's manifest as it was handed over, or null on machines without it. */
export const SHARED_MANIFEST: string | null = existsSync(sharedManifest) ? sharedManifest : null;
