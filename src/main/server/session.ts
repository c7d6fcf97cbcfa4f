import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const TOKEN_BYTES = 32;

/** A new token: 256 random bits, safe in a URL. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** Whether a token given by a caller is ours, compared in constant time. */
export function isToken(given: string | null | undefined, token: string): boolean {
  if (given === null || given === undefined) return false;
  const ours = Buffer.from(token);
  const theirs = Buffer.from(given);
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

/** Cookies know no ports: the name carries the port, so that two servers on one machine do not log each other out. */
const cookieName = (port: number): string => `countenance-${port}`;

/** The cookie that carries the session; no script can read it and no other site's request brings it. */
export const sessionCookie = (port: number, token: string): string =>
  `${cookieName(port)}=${token}; Path=/; HttpOnly; SameSite=Strict`;

/** Whether a request brings the session's cookie. */
export function hasSession(request: IncomingMessage, port: number, token: string): boolean {
  const name = `${cookieName(port)}=`;
  const cookies = (request.headers.cookie ?? '').split(';').map((part) => part.trim());
  const given = cookies.find((cookie) => cookie.startsWith(name))?.slice(name.length);
  return isToken(given, token);
}
