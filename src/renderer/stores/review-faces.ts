import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { Annotation, FaceLabel, LabelEvent } from '../../shared/contract/labels.ts';
import type { SampleDetail, SampleTile } from '../../shared/entities.ts';
import type { ErrorRecord } from '../../shared/errors.ts';
import { onBackendEvent } from '../backend-events.ts';
import { client } from '../client.ts';
import { toRecord } from '../errors.ts';
import { AheadCache } from './ahead-cache.ts';
import { useFaceLabels } from './face-labels.ts';

const KEPT = 80;
const SIMILAR = 24;

export interface FaceRecord {
  readonly state: FaceLabel;
  readonly annotations: readonly Annotation[];
  readonly events: readonly LabelEvent[];
}

export interface SimilarFaces {
  readonly compared: number;
  readonly faces: readonly { readonly similarity: number; readonly tile: SampleTile }[];
}

/** All that the review screen shows of a face, loaded before its turn comes. */
export const useReviewFaces = defineStore('review-faces', () => {
  const faceLabels = useFaceLabels();
  const version = ref(0);
  const error = shallowRef<ErrorRecord | null>(null);
  let runId: number | null = null;

  const onArrive = (): void => {
    error.value = null;
    version.value += 1;
  };
  const onError = (thrown: unknown): void => {
    error.value = toRecord(thrown);
  };
  const common = { capacity: KEPT, onArrive, onError };
  const details = new AheadCache<SampleDetail>({ ...common, load: (id) => client.samples.get({ id, runId }) });
  const records = new AheadCache<FaceRecord>({
    ...common,
    load: async (sampleId) => {
      const record = await client.labels.face({ sampleId });
      faceLabels.put([record.state]);
      return record;
    },
  });
  const similar = new AheadCache<SimilarFaces>({
    ...common,
    load: async (id) => {
      if (runId === null) return { compared: 0, faces: [] };
      const found = await client.samples.similar({ id, runId, count: SIMILAR });
      faceLabels.want(found.faces.map(({ tile }) => tile.id));
      return found;
    },
  });

  /** The run whose word is shown beside the crowd's; what was loaded beside another is forgotten. */
  function beside(run: number | null): void {
    if (run === runId) return;
    runId = run;
    details.clear();
    similar.clear();
    version.value += 1;
  }

  /** The face looked at first, then those that come next; similar faces are looked for only for the first few. */
  function want(ids: readonly number[]): void {
    details.want(ids);
    records.want(ids);
    similar.want(ids.slice(0, 3));
  }

  const seen = <T>(cache: AheadCache<T>, id: number): T | null => (version.value < 0 ? null : (cache.get(id) ?? null));
  const detail = (id: number): SampleDetail | null => seen(details, id);
  const record = (id: number): FaceRecord | null => seen(records, id);
  const similarTo = (id: number): SimilarFaces | null => seen(similar, id);

  onBackendEvent((event) => {
    if (event.type !== 'labels') return;
    for (const { sampleId } of event.faces) if (records.has(sampleId)) void records.renew(sampleId);
  });

  /** Has what is said of a face read anew. */
  const renew = (sampleId: number): Promise<void> => records.renew(sampleId);

  return { version, error, beside, want, renew, detail, record, similarTo };
});
