/** The parts of a KeyboardEvent that decide which action it means. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const NAMES: Readonly<Record<string, string>> = { ' ': 'Space', Esc: 'Escape' };
const SYMBOLS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Enter: '↵',
};

/**
 * The press as written in an action's `keys`, e.g. `Mod+Shift+K`, `?`, `ArrowLeft`.
 * Shift is left out for printed symbols, where the symbol already says it.
 */
export function pressName(press: KeyPress, mac: boolean): string {
  const key = NAMES[press.key] ?? (press.key.length === 1 ? press.key.toUpperCase() : press.key);
  const symbol = press.key.length === 1 && press.key.toUpperCase() === press.key.toLowerCase() && press.key !== ' ';
  const mod = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  return [
    mod ? 'Mod' : null,
    other ? (mac ? 'Ctrl' : 'Meta') : null,
    press.altKey ? 'Alt' : null,
    press.shiftKey && !symbol ? 'Shift' : null,
    key,
  ]
    .filter((part) => part !== null)
    .join('+');
}

/** Keys for the eye: `Mod+K` → "⌘K" or "Ctrl K", `G B` → "G then B". */
export function keysLabel(keys: string, mac: boolean): string {
  return keys
    .split(' ')
    .map((combination) =>
      combination
        .split(/\+(?=.)/)
        .map((part) => (part === 'Mod' ? (mac ? '⌘' : 'Ctrl') : (SYMBOLS[part] ?? part)))
        .join(mac ? '' : ' '),
    )
    .join(' then ');
}

export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);
