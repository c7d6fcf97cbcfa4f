import { describe, expect, it } from 'vitest';
import { type KeyPress, keysLabel, pressName } from '../../../src/renderer/actions/keys.ts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('pressName', () => {
  it.each([
    [press('k', { ctrlKey: true }), false, 'Mod+K'],
    [press('k', { metaKey: true }), true, 'Mod+K'],
    [press('k', { ctrlKey: true }), true, 'Ctrl+K'],
    [press('T', { shiftKey: true }), false, 'Shift+T'],
    [press('?', { shiftKey: true }), false, '?'],
    [press(' '), false, 'Space'],
    [press(' ', { shiftKey: true }), false, 'Shift+Space'],
    [press('ArrowLeft', { shiftKey: true }), false, 'Shift+ArrowLeft'],
    [press('3'), false, '3'],
  ])('names %j', (pressed, mac, name) => {
    expect(pressName(pressed, mac)).toBe(name);
  });
});

describe('keysLabel', () => {
  it('writes combinations as each system does', () => {
    expect(keysLabel('Mod+K', true)).toBe('⌘K');
    expect(keysLabel('Mod+K', false)).toBe('Ctrl K');
    expect(keysLabel('Mod++', false)).toBe('Ctrl +');
    expect(keysLabel('G B', false)).toBe('G then B');
    expect(keysLabel('ArrowLeft', false)).toBe('←');
  });
});
