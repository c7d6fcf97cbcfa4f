import { BRIDGE_MESSAGES, type DesktopBridge } from '../shared/desktop-bridge.ts';

/** The little of Electron that a preload script needs. */
export interface PreloadElectron {
  readonly ipcRenderer: {
    on(channel: string, listener: (event: { readonly ports: readonly unknown[] }) => void): unknown;
    send(channel: string): void;
    invoke(channel: string, value: unknown): Promise<unknown>;
  };
  readonly contextBridge: { exposeInMainWorld(name: string, value: DesktopBridge): void };
  readonly webUtils: { getPathForFile(file: File): string };
}

interface Page {
  postMessage(message: string, targetOrigin: '/', transfer: readonly unknown[]): void;
}

/** Gives the page its bridge to the shell, and passes on each port that the shell hands out. */
export function exposeBridge({ ipcRenderer, contextBridge, webUtils }: PreloadElectron, page: Page): void {
  // A port cannot cross the context bridge: it is posted to the page, and only to a page of its own origin.
  ipcRenderer.on(BRIDGE_MESSAGES.port, (event) => {
    page.postMessage(BRIDGE_MESSAGES.port, '/', event.ports);
  });
  contextBridge.exposeInMainWorld('countenance', {
    platform: process.platform,
    requestPort: () => ipcRenderer.send(BRIDGE_MESSAGES.requestPort),
    pathOf: (file) => webUtils.getPathForFile(file),
    chooseFiles: ({ folders }) =>
      ipcRenderer.invoke(BRIDGE_MESSAGES.chooseFiles, folders) as Promise<readonly string[]>,
  });
}
