import type { ClassInfo } from '../../../shared/class-sets.ts';
import type { LabelImportRequest } from '../../../shared/contract/label-files.ts';
import { ClassMappingError, ConflictError, ImportError } from '../../../shared/errors.ts';
import type { LabelImportOutcome } from './import-labels.ts';

const MOST_ROWS = 20;
const KEPT = 'Nothing was imported.';

/** Throws where an outcome has what its request does not put up with: bad rows, unknown classes, conflicts. */
export function refuseImport(
  { plan, history }: Pick<LabelImportOutcome, 'plan' | 'history'>,
  { conflicts, skipBad }: LabelImportRequest,
  classes: readonly ClassInfo[],
): void {
  const [bad] = plan.bad;
  if (bad !== undefined && !skipBad) {
    throw new ImportError(`Line ${bad.place.line} of ${bad.place.file} cannot be read: ${bad.problem}`, {
      ...bad.place,
      table: [
        ['line', 'problem'],
        ...plan.bad.slice(0, MOST_ROWS).map(({ place, problem }) => [String(place.line), problem]),
      ],
      kept: KEPT,
      remedy: `Correct the file, or leave ${plan.bad.length === 1 ? 'that row' : `such rows (${plan.bad.length})`} out with --skip-bad.`,
    });
  }
  const unknown = [...plan.unknownClasses.keys()];
  if (unknown.length > 0) {
    const [row] = plan.unknownClasses.get(unknown[0]!)!;
    throw new ClassMappingError(`The dataset has no class for ${unknown.join(', ')}.`, {
      ...row!.place,
      names: unknown,
      kept: KEPT,
      remedy: `Say what they are with --map ${unknown[0]}=CLASS, or leave them out with --map ${unknown[0]}=skip; there are ${classes.map(({ name }) => name).join(', ')}.`,
    });
  }
  if (conflicts !== 'refuse') return;
  const rows = [
    ...(history?.conflicts ?? []).map(({ place, face, annotator, here, after }) => [
      face,
      `${annotator}: ${here}`,
      `${annotator}: ${after}`,
      `${place.file}, line ${place.line}`,
    ]),
    ...plan.labels
      .filter(({ effect }) => effect === 'conflict')
      .map(({ place, key, before, relabelledBy, label, annotator }) => [
        key,
        `${relabelledBy}: ${before === null ? '–' : classes[before]!.name}`,
        `${annotator}: ${classes[label]!.name}`,
        `${place.file}, line ${place.line}`,
      ]),
  ];
  if (rows.length === 0) return;
  throw new ConflictError(`${rows.length} labels contradict what annotators here said of the same faces.`, {
    names: rows.slice(0, MOST_ROWS).map(([face]) => face!),
    table: [['face', 'here', 'there', 'where'], ...rows.slice(0, MOST_ROWS)],
    kept: KEPT,
    remedy: 'Keep what is here with --conflicts ours, or let theirs come on top with --conflicts theirs.',
  });
}
