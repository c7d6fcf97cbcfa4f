import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient, EventPublisher } from '@orpc/server';
import { type Logger, pino } from 'pino';
import type { Contract } from '../../shared/contract/index.ts';
import type { BackendEvent } from '../../shared/contract/jobs.ts';
import { targetClassOf } from '../analysis/evaluate.ts';
import { registerShippedModels } from '../engine/models/register.ts';
import { type Library, openLibrary } from '../library/db.ts';
import { createSimilarFaces } from '../library/similar.ts';
import { createViews } from '../library/views.ts';
import { analysis } from './analysis.ts';
import { type AugmentedRequest, readAugmentedFace } from './augmented-face.ts';
import { comparisons } from './comparisons.ts';
import { consensus } from './consensus.ts';
import type { BackendContext, Host } from './context.ts';
import { datasets } from './datasets.ts';
import { exports } from './exports.ts';
import { type ImageAnswer, type ImageVariant, readPreviewImage, readSampleImage } from './images.ts';
import { api } from './implementer.ts';
import { imports } from './imports.ts';
import { createJobRunner } from './job-runner.ts';
import { jobs } from './jobs.ts';
import { labelFiles } from './label-files.ts';
import { labelVersions } from './label-versions.ts';
import { watchLabels } from './label-watch.ts';
import { labels } from './labels.ts';
import { createMeasuring } from './measuring.ts';
import { models } from './models.ts';
import { nets } from './nets.ts';
import { priors } from './priors.ts';
import { queues } from './queues.ts';
import { runs } from './runs.ts';
import { samples } from './samples.ts';
import { superResolution } from './super-resolution.ts';
import { system } from './system.ts';
import { trainings } from './trainings.ts';
import { isUploadNeeded, type UploadInQuestion } from './uploads-in-use.ts';
import { whatIf } from './what-if.ts';

export const router = api.router({
  analysis,
  comparisons,
  consensus,
  datasets,
  exports,
  imports,
  jobs,
  labelFiles,
  labels,
  labelVersions,
  models,
  nets,
  priors,
  queues,
  runs,
  samples,
  superResolution,
  system,
  trainings,
  whatIf,
});

export type Client = ContractRouterClient<Contract>;

export interface BackendOptions {
  readonly libraryFile: string;
  /** `src/main/engine/process.ts`, or its build. */
  readonly engineEntry: string;
  /** The folder of the shipped models. */
  readonly modelsFolder: string;
  readonly host: Host;
  readonly version: string;
  /** Where the log goes; by default warnings and errors to stderr. */
  readonly log?: Logger;
}

/** The backend of one library: the contract's router with its context, and the pixels that hosts serve beside it. */
export interface Backend {
  readonly router: typeof router;
  readonly context: BackendContext;
  readonly library: Library;
  readonly log: Logger;
  /** The contract as plain calls, for a host in the same process. */
  readonly client: Client;
  image(sampleId: number, variant: ImageVariant): Promise<ImageAnswer>;
  previewFace(previewId: string, index: number): Promise<ImageAnswer>;
  /** A face as an augmentation makes it, for a preview. */
  augmentedFace(request: AugmentedRequest): Promise<ImageAnswer>;
  /** Whether a dataset or a job of the library still needs the files of an upload. */
  needsUpload(upload: UploadInQuestion): boolean;
  /** Stops the jobs after the batch they are in, then closes the library. */
  close(): Promise<void>;
}

/**
 * Opens a library with everything that serves it: views, jobs, shipped models. Throws LibraryError if the file cannot
 * be opened; a shipped model that cannot be used is only logged.
 */
export async function createBackend(options: BackendOptions): Promise<Backend> {
  const log = options.log ?? pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
  const library = openLibrary(options.libraryFile);
  const events = new EventPublisher<{ event: BackendEvent }>();
  const context: BackendContext = {
    host: options.host,
    version: options.version,
    library,
    views: createViews(library, targetClassOf),
    similar: createSimilarFaces(library),
    measuring: createMeasuring(library),
    jobs: createJobRunner({
      library,
      engineEntry: options.engineEntry,
      publish: (event) => events.publish('event', event),
    }),
    labelWatch: watchLabels(library, events),
    events,
    engineEntry: options.engineEntry,
    log,
  };
  const { problems } = await registerShippedModels(library, options.modelsFolder);
  for (const problem of problems) log.warn({ err: problem }, 'a shipped model cannot be used');
  return {
    router,
    context,
    library,
    log,
    client: createRouterClient(router, { context }),
    image: (sampleId, variant) => readSampleImage(library, sampleId, variant),
    previewFace: readPreviewImage,
    augmentedFace: (request) => readAugmentedFace(library, request),
    needsUpload: (upload) => isUploadNeeded(library, upload),
    async close() {
      await context.jobs.close();
      await context.measuring.close();
      context.labelWatch.stop();
      library.close();
    },
  };
}
