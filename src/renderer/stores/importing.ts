import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ImportPreview } from '../../shared/contract/imports.ts';
import { importReportSchema } from '../../shared/contract/imports.ts';
import type { ErrorRecord } from '../../shared/errors.ts';
import { client, desktop } from '../client.ts';
import { toRecord } from '../errors.ts';
import { fileName } from '../format.ts';
import type { ChosenFile } from '../import/chosen-files.ts';
import { topPaths } from '../import/chosen-files.ts';
import { type UploadProgress, upload } from '../import/upload.ts';
import { useJobs } from './jobs.ts';

export type ImportStep = 'choose' | 'upload' | 'read' | 'preview' | 'run';

/** The import in hand; it lives outside its page so that leaving the page does not lose it. */
export const useImporting = defineStore('importing', () => {
  const jobs = useJobs();
  const step = ref<ImportStep>('choose');
  const paths = shallowRef<readonly string[]>([]);
  /** The same as a person called it: what was uploaded goes by the name it had where it was dropped. */
  const sources = shallowRef<readonly string[]>([]);
  const kind = ref<string | null>(null);
  const classMap = ref<Record<string, string>>({});
  const name = ref('');
  const preview = shallowRef<ImportPreview | null>(null);
  const uploading = shallowRef<UploadProgress | null>(null);
  const error = shallowRef<ErrorRecord | null>(null);
  const starting = ref(false);
  const jobId = ref<number | null>(null);
  let stop = new AbortController();

  const job = computed(() => (jobId.value === null ? null : jobs.byId(jobId.value)));
  const report = computed(() => {
    const parsed = importReportSchema.safeParse(job.value?.result);
    return parsed.success ? parsed.data : null;
  });
  const unmapped = computed(() =>
    (preview.value?.unmappedClasses ?? []).filter((each) => (classMap.value[each] ?? '') === ''),
  );

  function restart(): void {
    stop.abort();
    stop = new AbortController();
    step.value = 'choose';
    paths.value = [];
    sources.value = [];
    kind.value = null;
    classMap.value = {};
    name.value = '';
    preview.value = null;
    uploading.value = null;
    error.value = null;
    jobId.value = null;
  }

  async function read(): Promise<void> {
    const mine = stop.signal;
    const seen = preview.value !== null;
    if (!seen) step.value = 'read';
    error.value = null;
    try {
      const answer = await client.imports.preview(
        { paths: [...paths.value], kind: kind.value, classMap: classMap.value },
        { signal: mine },
      );
      if (mine.aborted) return;
      preview.value = answer;
      if (name.value === '') name.value = answer.suggestedName;
      step.value = 'preview';
    } catch (thrown) {
      if (mine.aborted) return;
      error.value = toRecord(thrown);
      if (!seen) step.value = 'choose';
    }
  }

  async function takePaths(next: readonly string[], called: readonly string[] = next): Promise<void> {
    paths.value = next;
    sources.value = called;
    await read();
  }

  async function takeFiles(files: readonly ChosenFile[]): Promise<void> {
    if (files.length === 0) return;
    if (desktop !== undefined) {
      await takePaths(topPaths(files.map(({ file, path }) => ({ path, fullPath: desktop!.pathOf(file) }))));
      return;
    }
    const mine = stop.signal;
    step.value = 'upload';
    error.value = null;
    try {
      const stored = await upload(files, mine, (progress) => (uploading.value = progress));
      if (!mine.aborted) await takePaths(stored, stored.map(fileName));
    } catch (thrown) {
      if (mine.aborted) return;
      stop.abort();
      stop = new AbortController();
      error.value = toRecord(thrown);
      step.value = 'choose';
    } finally {
      uploading.value = null;
    }
  }

  async function changeKind(next: string): Promise<void> {
    kind.value = next;
    classMap.value = {};
    await read();
  }

  async function start(): Promise<void> {
    starting.value = true;
    error.value = null;
    try {
      const started = await client.imports.start({
        paths: [...paths.value],
        kind: kind.value ?? preview.value?.kind ?? null,
        classMap: classMap.value,
        name: name.value.trim(),
      });
      jobs.put(started);
      jobId.value = started.id;
      step.value = 'run';
    } catch (thrown) {
      error.value = toRecord(thrown);
    } finally {
      starting.value = false;
    }
  }

  return {
    step,
    paths,
    sources,
    kind,
    classMap,
    name,
    preview,
    uploading,
    error,
    starting,
    job,
    report,
    unmapped,
    restart,
    takePaths,
    takeFiles,
    changeKind,
    read,
    start,
  };
});
