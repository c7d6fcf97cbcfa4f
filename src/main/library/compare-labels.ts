import type { ChangedFace, LabelComparison } from '../../shared/contract/label-versions.ts';
import { SPLITS } from '../../shared/entities.ts';
import { cohenKappa } from '../../shared/kappa.ts';
import { getDataset } from './datasets.ts';
import type { Library } from './db.ts';
import { labelOverlay, votesUnder } from './label-overlay.ts';
import { decodeVotes, leadingClass } from './votes.ts';

/**
 * Two label versions of a dataset side by side: which faces changed (the `first` of them by name), the confusion
 * between their labels, the share that agree and Cohen's κ. `crowd` and `current` are versions too. Throws NotFoundError.
 */
export function compareLabels(
  library: Library,
  request: { readonly datasetId: number; readonly from: string; readonly to: string; readonly first: number },
): LabelComparison {
  const { datasetId, from, to, first } = request;
  const dataset = getDataset(library, datasetId);
  const classes = dataset.classes.map(({ name }) => name);
  const [before, after] = [from, to].map((name) => labelOverlay(library, datasetId, name));
  const confusion = classes.map(() => classes.map(() => 0));
  const changed: ChangedFace[] = [];
  let [onlyFrom, onlyTo, neither, count] = [0, 0, 0, 0];
  const rows = library.sqlite
    .prepare('SELECT id, key, split, votes FROM samples WHERE dataset_id = ? ORDER BY id')
    .iterate(datasetId) as IterableIterator<{ id: number; key: string; split: number; votes: Buffer }>;
  for (const { id, key, split, votes } of rows) {
    const crowd = decodeVotes(votes);
    const a = leadingClass(votesUnder(before!, id, crowd));
    const b = leadingClass(votesUnder(after!, id, crowd));
    if (a !== null && b !== null) confusion[a]![b]! += 1;
    else if (a !== null) onlyFrom += 1;
    else if (b !== null) onlyTo += 1;
    else neither += 1;
    if (a === b) continue;
    count += 1;
    const nameOf = (label: number | null): string | null => (label === null ? null : classes[label]!);
    if (changed.length < first) {
      changed.push({ sampleId: id, key, split: SPLITS[split]!, before: nameOf(a), after: nameOf(b) });
    }
  }
  const both = confusion.flat().reduce((sum, cell) => sum + cell, 0);
  const same = confusion.reduce((sum, row, index) => sum + row[index]!, 0);
  return {
    dataset: dataset.name,
    from,
    to,
    classes,
    confusion,
    both,
    same,
    onlyFrom,
    onlyTo,
    neither,
    agreement: both === 0 ? null : same / both,
    kappa: cohenKappa(confusion),
    changed: { count, first: changed },
  };
}
