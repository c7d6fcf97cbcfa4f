import { describe, expect, it } from 'vitest';
import type { Action } from '../../../src/renderer/actions/action.ts';
import { boundKeys, keyClashes, withKey } from '../../../src/renderer/actions/bindings.ts';

const action = (id: string, group: Action['group'], ...keys: string[]): Action => ({
  id,
  label: id,
  group,
  keys,
  perform: () => {},
});
const skip = action('skip', 'Review', 'S');
const label = action('label-1', 'Label', '1');
const filters = action('filters', 'Browse', 'F');
const notAFace = action('not-a-face', 'Label', 'F', '0');
const settings = action('go-settings', 'Go to', 'G S');
const all = [skip, label, filters, notAFace, settings];
const ids = (found: readonly Action[]) => found.map(({ id }) => id);

describe('keys of one’s own', () => {
  it('are the action’s until another is chosen', () => {
    expect(boundKeys(skip, {})).toEqual(['S']);
    expect(boundKeys(skip, withKey(skip, 'Q', all, {}))).toEqual(['Q']);
  });

  it('clash with those of actions on the same screen, and not with those of another screen', () => {
    expect(ids(keyClashes(skip, '1', all, {}))).toEqual(['label-1']);
    expect(ids(keyClashes(skip, 'F', all, {}))).toEqual(['not-a-face']);
  });

  it('clash with a sequence that they begin', () => {
    expect(ids(keyClashes(skip, 'G', all, {}))).toEqual(['go-settings']);
  });

  it('are taken from those that listened to them, which keep their others', () => {
    const chosen = withKey(skip, 'F', all, {});
    expect(boundKeys(notAFace, chosen)).toEqual(['0']);
    expect(boundKeys(filters, chosen)).toEqual(['F']);
    expect(ids(keyClashes(skip, 'F', all, chosen))).toEqual([]);
  });
});
