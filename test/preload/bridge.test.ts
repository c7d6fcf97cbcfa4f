import { describe, expect, it, vi } from 'vitest';
import { exposeBridge, type PreloadElectron } from '../../src/preload/index.ts';
import { BRIDGE_MESSAGES, type DesktopBridge } from '../../src/shared/desktop-bridge.ts';

type Listener = Parameters<PreloadElectron['ipcRenderer']['on']>[1];

function exposed() {
  const listeners = new Map<string, Listener>();
  const exposeInMainWorld = vi.fn<(name: string, bridge: DesktopBridge) => void>();
  const ipcRenderer = {
    on: (channel: string, listener: Listener) => listeners.set(channel, listener),
    send: vi.fn<(channel: string) => void>(),
    invoke: vi.fn<(channel: string, value: unknown) => Promise<unknown>>().mockResolvedValue(['/faces']),
  };
  const page = { postMessage: vi.fn<(message: string, origin: '/', transfer: readonly unknown[]) => void>() };
  const webUtils = { getPathForFile: (file: File) => `/dropped/${file.name}` };
  exposeBridge({ ipcRenderer, contextBridge: { exposeInMainWorld }, webUtils }, page);
  const [name, bridge] = exposeInMainWorld.mock.calls[0]!;
  return { name, bridge, ipcRenderer, listeners, page };
}

describe('the bridge that the preload script gives the page', () => {
  it('is one object with four members and nothing of Electron itself', () => {
    const { name, bridge } = exposed();
    expect(name).toBe('countenance');
    expect(Object.keys(bridge).toSorted()).toEqual(['chooseFiles', 'pathOf', 'platform', 'requestPort']);
  });

  it('asks the shell for a port and posts the one that comes to the page’s own origin', () => {
    const { bridge, ipcRenderer, listeners, page } = exposed();
    bridge.requestPort();
    expect(ipcRenderer.send).toHaveBeenCalledExactlyOnceWith(BRIDGE_MESSAGES.requestPort);
    const port = {};
    listeners.get(BRIDGE_MESSAGES.port)!({ ports: [port] });
    expect(page.postMessage).toHaveBeenCalledExactlyOnceWith(BRIDGE_MESSAGES.port, '/', [port]);
  });

  it('asks the shell for the file dialog and says where a file lies', async () => {
    const { bridge, ipcRenderer } = exposed();
    await expect(bridge.chooseFiles({ folders: true })).resolves.toEqual(['/faces']);
    expect(ipcRenderer.invoke).toHaveBeenCalledWith(BRIDGE_MESSAGES.chooseFiles, true);
    expect(bridge.pathOf(new File([], 'a.zip'))).toBe('/dropped/a.zip');
  });
});
