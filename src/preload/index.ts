import { contextBridge, ipcRenderer, webUtils } from 'electron';

const REQUEST_PORT = 'countenance:request-port';
const CHOOSE_FILES = 'countenance:choose-files';
const PORT = 'countenance:port';

interface Page {
  postMessage(message: string, targetOrigin: '/', transfer: readonly unknown[]): void;
}

// A port cannot cross the context bridge: it is posted to the page, and only to a page of its own origin.
ipcRenderer.on(PORT, (event) => {
  (globalThis as unknown as Page).postMessage(PORT, '/', event.ports);
});

contextBridge.exposeInMainWorld('countenance', {
  platform: process.platform,
  requestPort: () => ipcRenderer.send(REQUEST_PORT),
  pathOf: (file: File) => webUtils.getPathForFile(file),
  chooseFiles: (options: { readonly folders: boolean }) => ipcRenderer.invoke(CHOOSE_FILES, options.folders),
});
