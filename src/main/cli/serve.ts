import { dirname, join } from 'node:path';
import { ConflictError } from '../../shared/errors.ts';
import { type RunningServer, type ServerOptions, startServer } from '../server/server.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { openInBrowser } from './terminal/open-in-browser.ts';
import { whole } from './terminal/options.ts';
import { RENDERER_FOLDER } from './terminal/places.ts';

interface Options {
  readonly port?: number;
  readonly host: string;
  readonly open: boolean;
}

/** The same port each time keeps the browser's settings; another is taken while it is in use. */
const USUAL_PORT = 41725;

/** Serves the app to browsers until Ctrl-C. */
export const serve = {
  name: 'serve',
  define: (program, run) =>
    void program
      .command('serve')
      .description('serve the app to browsers on this machine until Ctrl-C')
      .option(
        '--port <number>',
        `the port, 0 for any free one (default: ${USUAL_PORT}, or a free one)`,
        whole(0, 65_535),
      )
      .option(
        '--host <address>',
        'the address to listen on; anything but 127.0.0.1 lets other machines in',
        '127.0.0.1',
      )
      .option('--no-open', 'do not open a browser')
      .action((options: Options) => run((session) => serveApp(session, options), { host: 'server' })),
} as const satisfies Command;

async function serveApp(session: Session, options: Options): Promise<Outcome> {
  const { backend, interrupted } = session;
  const server = await listen(options, {
    backend,
    rendererFolder: RENDERER_FOLDER,
    uploadsFolder: join(dirname(backend.library.file), 'uploads'),
    host: options.host,
  });
  if (options.open)
    openInBrowser(server.url).catch((error: Error) => session.say(`No browser opened: ${error.message}`));
  const { host, port, url } = server;
  return {
    document: { url, host, port, library: backend.library.file, pid: process.pid },
    text: `Countenance is at ${url}\nLibrary: ${backend.library.file}\nCtrl-C ends it.`,
    until: aborted(interrupted).then(() => server.close()),
  };
}

async function listen({ port }: Options, options: ServerOptions): Promise<RunningServer> {
  if (port !== undefined) return startServer({ ...options, port });
  try {
    return await startServer({ ...options, port: USUAL_PORT });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return startServer({ ...options, port: 0 });
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
