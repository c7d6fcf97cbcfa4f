import type { IncomingMessage, ServerResponse } from 'node:http';
import { SAFETY_HEADERS } from '../api/content-policy.ts';
import type { ImageAnswer } from '../api/images.ts';

type Headers = Readonly<Record<string, string>>;

/** Ends a response with a body; a HEAD request gets the headers alone. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Headers,
  body: string | Uint8Array,
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { ...SAFETY_HEADERS, ...headers, 'Content-Length': bytes.byteLength });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** A small page of plain words. */
export function sendPage(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  const body = `<!doctype html><meta charset="utf-8"><title>Countenance</title><p>${escapeHtml(text)}</p>\n`;
  send(request, response, status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }, body);
}

/** A JSON document, never cached. */
export function sendJson(request: IncomingMessage, response: ServerResponse, status: number, document: unknown): void {
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };
  send(request, response, status, headers, JSON.stringify(document));
}

/**
 * An image, or 304 when the browser has these very bytes. It must ask each time: another library served on the same
 * port may have another face under the same number.
 */
export function sendImage(request: IncomingMessage, response: ServerResponse, image: ImageAnswer): void {
  const headers = { ETag: `"${image.tag}"`, 'Cache-Control': 'private, no-cache', 'Content-Type': image.mediaType };
  if (request.headers['if-none-match'] === headers.ETag) {
    response.writeHead(304, { ...SAFETY_HEADERS, ...headers }).end();
    return;
  }
  send(request, response, 200, headers, image.bytes);
}

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
