/** Names of the messages between a page, its preload script and the shell. */
export const BRIDGE_MESSAGES = {
  requestPort: 'countenance:request-port',
  chooseFiles: 'countenance:choose-files',
  port: 'countenance:port',
} as const;

/** What the preload script offers a page inside Electron as `window.countenance`; absent in a browser. */
export interface DesktopBridge {
  readonly platform: string;
  /** Asks for a port to the backend; it arrives as the message BRIDGE_MESSAGES.port. */
  requestPort(): void;
  /** Where a dropped or chosen file lies on disk. */
  pathOf(file: File): string;
  /** Shows the system's dialog and resolves to the chosen paths, none if it was closed. */
  chooseFiles(options: { readonly folders: boolean }): Promise<readonly string[]>;
}
