import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const EVERY_INTERFACE = ['0.0.0.0', '::'];

/**
 * Whether a Host header names this server. A page of another site that rebinds its name to this address brings its
 * own name and is refused. A server on every interface accepts loopback names and any bare address.
 */
export function isOurHost(
  header: string | undefined,
  listening: { readonly host: string; readonly port: number },
): boolean {
  const parsed = splitHost(header);
  if (parsed === null || parsed.port !== listening.port) return false;
  if (LOOPBACK.includes(parsed.name) || parsed.name === bracketed(listening.host)) return true;
  return EVERY_INTERFACE.includes(listening.host) && isIP(parsed.name.replace(/^\[|\]$/g, '')) !== 0;
}

/** Whether a request that changes something, or opens a socket, comes from this server's own pages. */
export function isOurOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  return origin !== undefined && host !== undefined && origin.toLowerCase() === `http://${host.toLowerCase()}`;
}

function splitHost(header: string | undefined): { name: string; port: number } | null {
  const match = /^(\[[0-9a-f:.]+\]|[^:/@[\]]+)(?::(\d{1,5}))?$/i.exec(header ?? '');
  if (match === null) return null;
  return { name: match[1]!.toLowerCase(), port: match[2] === undefined ? 80 : Number(match[2]) };
}

/** A host as it stands in a URL: an IPv6 address in brackets. */
export const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host.toLowerCase());
