import { BRIDGE_MESSAGES } from '../../shared/desktop-bridge.ts';
import { LinkState } from './link-state.ts';

interface PortBridge {
  requestPort(): void;
}

/**
 * A MessagePort to the backend that may arrive later, or again after the backend was restarted.
 * What is posted meanwhile waits; `close` is announced when a port in use goes away.
 */
export class BackendPort extends EventTarget {
  private readonly state = new LinkState();
  private port: MessagePort | null = null;
  private waiting: unknown[] = [];

  get isOpen(): boolean {
    return this.state.isOpen;
  }

  onChange(listener: (open: boolean) => void): void {
    this.state.onChange(listener);
  }

  postMessage(message: unknown): void {
    if (this.port === null) this.waiting.push(message);
    else this.port.postMessage(message);
  }

  /** Takes a fresh port into use, in place of the former one if there was one. */
  attach(port: MessagePort, onLost: () => void): void {
    if (this.port !== null) this.detach(this.port);
    this.port = port;
    port.addEventListener('message', (event) => {
      this.dispatchEvent(new MessageEvent('message', { data: event.data }));
    });
    port.addEventListener('close', () => {
      if (this.port !== port) return;
      this.detach(port);
      onLost();
    });
    port.start();
    for (const message of this.waiting.splice(0)) port.postMessage(message);
    this.state.set(true);
  }

  private detach(port: MessagePort): void {
    port.close();
    this.port = null;
    this.waiting = [];
    this.state.set(false);
    this.dispatchEvent(new Event('close'));
  }
}

/** Asks the preload script for a port to the backend, and for another whenever it is lost. */
export function connectPort(bridge: PortBridge): BackendPort {
  const backend = new BackendPort();
  window.addEventListener('message', (event) => {
    const port = event.ports[0];
    if (event.source !== window || event.data !== BRIDGE_MESSAGES.port || port === undefined) return;
    backend.attach(port, () => bridge.requestPort());
  });
  bridge.requestPort();
  return backend;
}
