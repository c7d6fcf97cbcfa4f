import type { Run } from '../../../shared/contract/runs.ts';
import type { ProviderChoice, ProviderReport, Split } from '../../../shared/entities.ts';

export interface ProviderOption {
  readonly value: ProviderChoice;
  readonly label: string;
  readonly hint: string;
  readonly disabled: boolean;
}

/** `auto` first with what it would take now, then every probed provider; unusable ones are shown but not offered. */
export function providerOptions(
  reports: readonly ProviderReport[],
  inUse: ProviderChoice | null,
): readonly ProviderOption[] {
  const usable = reports.filter((report) => report.usable);
  const best = inUse === 'auto' || inUse === null ? (usable[0]?.name ?? null) : inUse;
  return [
    {
      value: 'auto',
      label: best === null ? 'auto' : `auto, now ${best}`,
      hint: 'the fastest that works',
      disabled: false,
    },
    ...reports.map(({ name, usable: works }) => ({
      value: name,
      label: name,
      hint: works ? 'works' : 'not usable here',
      disabled: !works,
    })),
  ];
}

/** Faces that a run of this model over exactly these splits of this dataset has already committed. */
export function coverage(
  runs: readonly Run[],
  wanted: { readonly datasetId: number | null; readonly modelId: number | null; readonly splits: readonly Split[] },
): { readonly done: number } {
  const key = wanted.splits.toSorted().join();
  const same = runs.filter(
    ({ datasetId, modelId, splits }) =>
      datasetId === wanted.datasetId && modelId === wanted.modelId && splits.toSorted().join() === key,
  );
  return { done: Math.max(0, ...same.map(({ done }) => done)) };
}
