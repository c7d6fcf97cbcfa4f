export const APP_SCHEME = 'app';
export const APP_ORIGIN = `${APP_SCHEME}://countenance`;

/** Whether an address is a page of this app, and nothing that merely looks like one. */
export function isOwnPage(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${APP_SCHEME}:` && url.host === 'countenance' && url.username === '';
}
