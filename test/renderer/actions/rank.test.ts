import { describe, expect, it } from 'vitest';
import { rank } from '../../../src/renderer/actions/rank.ts';

const of = (query: string) =>
  rank(['Show the job tray', 'Jobs', 'Import a dataset', 'Add a job model'], query, (text) => text);

describe('rank', () => {
  it('keeps everything in order for an empty query', () => {
    expect(of('  ')).toEqual(['Show the job tray', 'Jobs', 'Import a dataset', 'Add a job model']);
  });

  it('puts a match at the start first and keeps equal matches in order', () => {
    expect(of('JOB')).toEqual(['Jobs', 'Show the job tray', 'Add a job model']);
  });

  it('wants every word, in any order', () => {
    expect(of('tray show')).toEqual(['Show the job tray']);
    expect(of('tray nothing')).toEqual([]);
  });
});
