import { isOwnPage } from './origin.ts';

interface Preventable {
  preventDefault(): void;
}

/** The little of Electron's WebContents that is needed to keep a page where it is. */
export interface GuardedContents {
  on(event: 'will-navigate' | 'will-redirect', listener: (event: Preventable, url: string) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown;
  setWindowOpenHandler(handler: (details: { readonly url: string }) => { action: 'deny' }): void;
}

/** Blocks navigation away from the app, new windows and web views; nothing is handed to another program. */
export function guardNavigation(contents: GuardedContents): void {
  const stay = (event: Preventable, url: string): void => {
    if (!isOwnPage(url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
