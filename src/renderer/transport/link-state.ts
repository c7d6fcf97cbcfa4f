/** Remembers whether the backend can be reached and tells its listeners when that changes. */
export class LinkState {
  private open = false;
  private readonly listeners = new Set<(open: boolean) => void>();

  get isOpen(): boolean {
    return this.open;
  }

  onChange(listener: (open: boolean) => void): void {
    this.listeners.add(listener);
  }

  set(open: boolean): void {
    if (open === this.open) return;
    this.open = open;
    for (const listener of this.listeners) listener(open);
  }
}
