import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  type MessagePortMain,
  protocol,
  session,
  utilityProcess,
} from 'electron';
import { defaultLibraryFile } from '../library/db.ts';
import { createAppHandler } from './app-protocol.ts';
import { type ChildProcess, createBackendLink } from './backend-link.ts';
import { handleIpc, type Ipc } from './ipc.ts';
import { menuTemplate } from './menu.ts';
import type { BackendOrder } from './messages.ts';
import { type GuardedContents, guardNavigation } from './navigation.ts';
import { APP_ORIGIN, APP_SCHEME } from './origin.ts';
import { denyPermissions, type GuardedSession } from './permissions.ts';
import { windowOptions } from './window-options.ts';

const OUT = join(import.meta.dirname, '..');
const LIBRARY_FLAG = '--library=';

protocol.registerSchemesAsPrivileged([
  { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
]);

function startBackend(): ChildProcess<MessagePortMain> {
  const named = process.argv.find((word) => word.startsWith(LIBRARY_FLAG))?.slice(LIBRARY_FLAG.length);
  const order: BackendOrder = {
    libraryFile: named ?? defaultLibraryFile(),
    engineEntry: join(OUT, 'main/engine.js'),
    modelsFolder: join(app.getAppPath(), 'models'),
    version: app.getVersion(),
  };
  return utilityProcess.fork(join(OUT, 'main/backend.js'), [JSON.stringify(order)], { serviceName: 'backend' });
}

function openWindow(): void {
  const window = new BrowserWindow(windowOptions(join(OUT, 'preload/index.cjs')));
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${APP_ORIGIN}/`);
}

async function chooseFiles(folders: boolean): Promise<readonly string[]> {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const properties = folders ? (['openDirectory'] as const) : (['openFile', 'multiSelections'] as const);
  const options = { properties: [...properties] };
  const chosen = await (window === undefined ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options));
  return chosen.filePaths;
}

async function start(): Promise<void> {
  await app.whenReady();
  const backend = createBackendLink<MessagePortMain>({
    start: startBackend,
    onFailed: ({ message, detail }) => {
      dialog.showErrorBox('Countenance cannot start', [message, detail.kept, detail.remedy].filter(Boolean).join('\n'));
      app.exit(1);
    },
  });
  denyPermissions(session.defaultSession as GuardedSession);
  protocol.handle(
    APP_SCHEME,
    createAppHandler({ rendererFolder: join(OUT, 'renderer'), readImage: backend.readImage }),
  );
  handleIpc(ipcMain as Ipc<MessagePortMain>, {
    newChannel: () => new MessageChannelMain(),
    connectBackend: backend.connect,
    chooseFiles,
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform)));
  openWindow();

  let ended = false;
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
  app.on('before-quit', (event) => {
    if (ended) return;
    event.preventDefault();
    void backend.close().then(() => {
      ended = true;
      app.quit();
    });
  });
}

app.enableSandbox();
app.on('web-contents-created', (_event, contents) => guardNavigation(contents as GuardedContents));
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});
app.on('second-instance', () => BrowserWindow.getAllWindows()[0]?.focus());
if (app.requestSingleInstanceLock()) void start();
else app.quit();
