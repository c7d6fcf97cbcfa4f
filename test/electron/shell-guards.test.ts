import { describe, expect, it, vi } from 'vitest';
import { handleIpc, type Ipc, isTrusted, type SenderFrame } from '../../src/main/electron/ipc.ts';
import { menuTemplate } from '../../src/main/electron/menu.ts';
import { type GuardedContents, guardNavigation } from '../../src/main/electron/navigation.ts';
import { isOwnPage } from '../../src/main/electron/origin.ts';
import { denyPermissions, type GuardedSession } from '../../src/main/electron/permissions.ts';
import { windowOptions } from '../../src/main/electron/window-options.ts';
import { BRIDGE_MESSAGES } from '../../src/shared/desktop-bridge.ts';

const FOREIGN = [
  'https://evil.example/',
  'http://127.0.0.1/',
  'file:///etc/passwd',
  'app://evil/',
  'app://countenance.evil.example/',
  'app://user@countenance/',
  'javascript:alert(1)',
  'data:text/html,hi',
  'about:blank',
  'not an address',
];

describe('the window', () => {
  it('isolates and sandboxes its page and gives it no Node', () => {
    expect(windowOptions('/app/preload.cjs').webPreferences).toMatchObject({
      preload: '/app/preload.cjs',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
    });
  });

  it('can be as small as the smallest layout', () => {
    expect(windowOptions('')).toMatchObject({ minWidth: 1024, minHeight: 700 });
  });
});

describe('navigation', () => {
  type Listener = (event: { preventDefault(): void }, url: string) => void;

  function guarded() {
    const listeners = new Map<string, Listener>();
    let open: Parameters<GuardedContents['setWindowOpenHandler']>[0] | null = null;
    const contents = {
      on: (event: string, listener: Listener) => listeners.set(event, listener),
      setWindowOpenHandler: (handler: typeof open) => {
        open = handler;
      },
    };
    guardNavigation(contents as GuardedContents);
    const isPrevented = (event: string, url: string): boolean => {
      const preventDefault = vi.fn();
      listeners.get(event)!({ preventDefault }, url);
      return preventDefault.mock.calls.length === 1;
    };
    return { isPrevented, open: (url: string) => open!({ url }) };
  }

  it.each(FOREIGN)('away to %s is blocked', (url) => {
    const { isPrevented, open } = guarded();
    expect(isOwnPage(url)).toBe(false);
    expect(isPrevented('will-navigate', url)).toBe(true);
    expect(isPrevented('will-redirect', url)).toBe(true);
    expect(open(url)).toEqual({ action: 'deny' });
  });

  it('within the app is free, a new window or web view of it is not', () => {
    const { isPrevented, open } = guarded();
    expect(isPrevented('will-navigate', 'app://countenance/browse?sort=key')).toBe(false);
    expect(open('app://countenance/')).toEqual({ action: 'deny' });
    expect(isPrevented('will-attach-webview', 'app://countenance/')).toBe(true);
  });
});

describe('permissions', () => {
  function guarded() {
    const set: Partial<GuardedSession> & { download?: (event: { preventDefault(): void }) => void } = {};
    let request: Parameters<GuardedSession['setPermissionRequestHandler']>[0];
    let check: Parameters<GuardedSession['setPermissionCheckHandler']>[0];
    let device: Parameters<GuardedSession['setDevicePermissionHandler']>[0];
    denyPermissions({
      setPermissionRequestHandler: (handler) => {
        request = handler;
      },
      setPermissionCheckHandler: (handler) => {
        check = handler;
      },
      setDevicePermissionHandler: (handler) => {
        device = handler;
      },
      on: (_event, listener) => {
        set.download = listener;
      },
    });
    const asked = (permission: string): boolean => {
      const answer = vi.fn<(granted: boolean) => void>();
      request!(null, permission, answer);
      expect(answer.mock.calls[0]![0]).toBe(check!(null, permission));
      return answer.mock.calls[0]![0];
    };
    return { asked, device: () => device!({}), download: set.download! };
  }

  it.each([
    'media',
    'geolocation',
    'notifications',
    'clipboard-read',
    'openExternal',
    'fileSystem',
    'hid',
    'usb',
    'new one',
  ])('deny %s', (permission) => {
    expect(guarded().asked(permission)).toBe(false);
  });

  it('allow plain text onto the clipboard, no device and no download', () => {
    const { asked, device, download } = guarded();
    expect(asked('clipboard-sanitized-write')).toBe(true);
    expect(device()).toBe(false);
    const preventDefault = vi.fn();
    download({ preventDefault });
    expect(preventDefault).toHaveBeenCalledOnce();
  });
});

describe('IPC', () => {
  type Port = { readonly end: number };

  function listening() {
    const on = new Map<string, Parameters<Ipc<Port>['on']>[1]>();
    const handlers = new Map<string, Parameters<Ipc<Port>['handle']>[1]>();
    const connectBackend = vi.fn<(port: Port) => void>();
    const chooseFiles = vi.fn((folders: boolean) => Promise.resolve([folders ? '/folder' : '/file']));
    handleIpc<Port>(
      {
        on: (channel, listener) => on.set(channel, listener),
        handle: (channel, listener) => handlers.set(channel, listener),
      },
      { newChannel: () => ({ port1: { end: 1 }, port2: { end: 2 } }), connectBackend, chooseFiles },
    );
    return { on, handlers, connectBackend, chooseFiles };
  }

  const frame = (url: string, parent: unknown = null) => ({
    url,
    parent,
    postMessage: vi.fn<SenderFrame<Port>['postMessage']>(),
  });

  it('hands one end of a channel to the page and the other to the backend', () => {
    const { on, connectBackend } = listening();
    const page = frame('app://countenance/browse');
    on.get(BRIDGE_MESSAGES.requestPort)!({ senderFrame: page });
    expect(connectBackend).toHaveBeenCalledWith({ end: 1 });
    expect(page.postMessage).toHaveBeenCalledWith(BRIDGE_MESSAGES.port, null, [{ end: 2 }]);
  });

  it.each([...FOREIGN.map((url) => frame(url)), frame('app://countenance/', {}), null])(
    'answers nobody else: %o',
    (senderFrame) => {
      const { on, handlers, connectBackend, chooseFiles } = listening();
      expect(isTrusted(senderFrame)).toBe(false);
      on.get(BRIDGE_MESSAGES.requestPort)!({ senderFrame });
      expect(() => handlers.get(BRIDGE_MESSAGES.chooseFiles)!({ senderFrame }, true)).toThrow();
      expect(connectBackend).not.toHaveBeenCalled();
      expect(chooseFiles).not.toHaveBeenCalled();
      if (senderFrame !== null) expect(senderFrame.postMessage).not.toHaveBeenCalled();
    },
  );

  it('opens the dialog for files, or for folders when asked for just that', async () => {
    const { handlers } = listening();
    const choose = handlers.get(BRIDGE_MESSAGES.chooseFiles)!;
    const page = frame('app://countenance/');
    expect(await choose({ senderFrame: page }, true)).toEqual(['/folder']);
    expect(await choose({ senderFrame: page }, 'yes')).toEqual(['/file']);
  });
});

describe('the menu', () => {
  it('begins with the application’s own on macOS only', () => {
    expect(menuTemplate('darwin')[0]).toEqual({ role: 'appMenu' });
    expect(menuTemplate('linux')[0]).toEqual({ role: 'fileMenu' });
  });
});
