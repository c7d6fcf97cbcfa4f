import type { MessageEvent } from 'electron';
import { toErrorRecord } from '../../shared/errors.ts';
import { type Backend, createBackend } from '../api/backend.ts';
import type { BackendMessage, BackendOrder, ShellMessage } from './messages.ts';
import { createShellService, type RpcPort } from './serve-shell.ts';

/** The backend of the desktop app: a utility process without windows, started by the shell. */
async function main(): Promise<void> {
  const shell = process.parentPort;
  const order = process.argv[2];
  if (shell === undefined || order === undefined) {
    process.stderr.write('The backend process is started by the shell; run `npm run serve` for a server.\n');
    process.exitCode = 2;
    return;
  }
  const say = (message: BackendMessage): void => shell.postMessage(message);
  const waiting: MessageEvent[] = [];
  let receive = (event: MessageEvent): void => void waiting.push(event);
  shell.on('message', (event) => receive(event));
  let backend: Backend;
  try {
    backend = await createBackend({ ...(JSON.parse(order) as BackendOrder), host: 'electron' });
  } catch (error) {
    say({ type: 'failed', error: toErrorRecord(error) });
    return;
  }
  const service = createShellService(backend);
  receive = ({ data, ports }) => {
    const message = data as ShellMessage;
    if (message.type === 'port') service.connect(ports[0] as unknown as RpcPort);
    else if (message.type === 'close') void backend.close().then(() => process.exit(0));
    else void service.readImage(message).then((image) => say({ type: 'image', id: message.id, image }));
  };
  for (const event of waiting) receive(event);
  say({ type: 'ready' });
}

await main();
