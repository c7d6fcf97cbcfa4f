import { readFile } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** A file of the built renderer; `lasting` ones carry their hash in their name and never change. */
export interface RendererFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mediaType: string;
  readonly lasting: boolean;
}

/**
 * The renderer's file for a URL path, or its index page for a path without an extension (the router's own paths).
 * Null for a file that is not there, and for any path that would leave `root`.
 */
export async function readRendererFile(root: string, urlPath: string): Promise<RendererFile | null> {
  const decoded = decodePath(urlPath);
  if (decoded === null) return null;
  const extension = extname(decoded);
  const path = extension === '' ? join(root, 'index.html') : resolve(root, `.${decoded}`);
  if (!path.startsWith(resolve(root) + sep)) return null;
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return null;
  const mediaType = MEDIA_TYPES[extname(path)] ?? 'application/octet-stream';
  return { bytes: new Uint8Array(bytes), mediaType, lasting: decoded.startsWith('/assets/') };
}

function decodePath(urlPath: string): string | null {
  try {
    const decoded = decodeURIComponent(urlPath);
    return decoded.includes('\0') || decoded.includes('\\') || !decoded.startsWith('/') ? null : decoded;
  } catch {
    return null;
  }
}
