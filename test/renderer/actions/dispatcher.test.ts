import { describe, expect, it } from 'vitest';
import type { Action, ActionContext } from '../../../src/renderer/actions/action.ts';
import { createDispatcher } from '../../../src/renderer/actions/dispatcher.ts';

const page = { typing: false, modal: false };

function setUp() {
  const done: string[] = [];
  const clock = { now: 0 };
  const applies = { wrong: true };
  const action = (id: string, keys: readonly string[], when?: Action['when']): Action => ({
    id,
    label: id,
    group: 'View',
    keys,
    ...(when === undefined ? {} : { when }),
    perform: () => {
      done.push(id);
    },
  });
  const dispatch = createDispatcher({
    actions: [
      action('palette', ['Mod+K']),
      action('browse', ['G B']),
      action('bold', ['B']),
      action('wrong', ['W'], () => applies.wrong),
      action('widen', ['W']),
    ],
    context: () => ({}) as ActionContext,
    mac: false,
    now: () => clock.now,
  });
  const key = (name: string, place = page, ctrlKey = false) =>
    dispatch({ key: name, ctrlKey, metaKey: false, altKey: false, shiftKey: false }, place)?.id ?? null;
  return { done, clock, applies, key };
}

describe('dispatcher', () => {
  it('performs the action of a key and answers which it was', () => {
    const { key, done } = setUp();
    expect(key('b')).toBe('bold');
    expect(key('q')).toBeNull();
    expect(done).toEqual(['bold']);
  });

  it('takes two keys in time as a sequence, and late ones each for itself', () => {
    const { key, clock } = setUp();
    expect(key('g')).toBeNull();
    clock.now = 1000;
    expect(key('b')).toBe('browse');
    key('g');
    clock.now = 3000;
    expect(key('b')).toBe('bold');
  });

  it('does not let Shift alone or a foreign key break what it is asked', () => {
    const { key } = setUp();
    key('g');
    expect(key('Shift')).toBeNull();
    expect(key('b')).toBe('browse');
    key('g');
    expect(key('q')).toBeNull();
    expect(key('b')).toBe('bold');
  });

  it('leaves letters to a field and everything to a dialog', () => {
    const { key } = setUp();
    expect(key('b', { typing: true, modal: false })).toBeNull();
    expect(key('k', { typing: true, modal: false }, true)).toBe('palette');
    expect(key('k', { typing: false, modal: true }, true)).toBeNull();
  });

  it('passes over an action that does not apply now', () => {
    const { key, applies } = setUp();
    expect(key('w')).toBe('wrong');
    applies.wrong = false;
    expect(key('w')).toBe('widen');
  });
});
