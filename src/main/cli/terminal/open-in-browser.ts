import open from 'open';

/** Opens a page in the person's browser. Rejects where there is none, as on a machine without a screen. */
export async function openInBrowser(url: string): Promise<void> {
  const opener = await open(url);
  // The helper program reports its own failure later, when nobody waits for it any more.
  opener.on('error', () => {});
}
