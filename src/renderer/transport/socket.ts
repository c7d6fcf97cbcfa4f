import { LinkState } from './link-state.ts';

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;
const FIRST_DELAY = 250;
const LONGEST_DELAY = 8000;

type RawSocket = Pick<WebSocket, 'addEventListener' | 'send' | 'readyState' | 'close'>;
type Later = (run: () => void, milliseconds: number) => void;

/** Seams for tests: how a raw socket is made and how a delay is waited for. */
export interface ReconnectingSocketOptions {
  readonly create?: (url: string) => RawSocket;
  readonly later?: Later;
}

/** Milliseconds to wait before attempt `attempt` (0-based): 250 ms doubling up to 8 s. */
export const backOff = (attempt: number): number => Math.min(FIRST_DELAY * 2 ** attempt, LONGEST_DELAY);

/**
 * A WebSocket that comes back: `close` is announced once when an open connection is lost, and until the next `open`
 * the state reads CONNECTING, so that oRPC's link rejects what was in flight and holds what is sent meanwhile.
 */
export class ReconnectingSocket extends EventTarget {
  private readonly url: string;
  private readonly create: (url: string) => RawSocket;
  private readonly later: Later;
  private readonly state = new LinkState();
  private raw: RawSocket | null = null;
  private attempt = 0;
  private finished = false;

  constructor(url: string, options: ReconnectingSocketOptions = {}) {
    super();
    this.url = url;
    this.create = options.create ?? ((address) => new WebSocket(address));
    this.later = options.later ?? ((run, milliseconds) => void setTimeout(run, milliseconds));
    this.connect();
  }

  get readyState(): WebSocket['readyState'] {
    if (this.finished) return CLOSED;
    return this.raw?.readyState === OPEN ? OPEN : CONNECTING;
  }

  get isOpen(): boolean {
    return this.state.isOpen;
  }

  onChange(listener: (open: boolean) => void): void {
    this.state.onChange(listener);
  }

  send(data: Parameters<WebSocket['send']>[0]): void {
    if (this.raw === null) throw new Error('The connection to the backend is closed.');
    this.raw.send(data);
  }

  /** Closes for good; no further attempt is made. */
  close(): void {
    this.finished = true;
    this.raw?.close();
  }

  private connect(): void {
    if (this.finished) return;
    const raw = this.create(this.url);
    this.raw = raw;
    raw.addEventListener('open', () => {
      this.attempt = 0;
      this.dispatchEvent(new Event('open'));
      this.state.set(true);
    });
    raw.addEventListener('message', (event) => {
      this.dispatchEvent(new MessageEvent('message', { data: event.data }));
    });
    raw.addEventListener('close', () => this.lost());
  }

  private lost(): void {
    this.raw = null;
    const wasOpen = this.state.isOpen;
    this.state.set(false);
    if (wasOpen || this.finished) this.dispatchEvent(new Event('close'));
    if (this.finished) return;
    this.later(() => this.connect(), backOff(this.attempt));
    this.attempt += 1;
  }
}
