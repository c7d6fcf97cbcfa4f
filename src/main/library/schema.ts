import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** A dataset's classes are an ordered JSON list of `ClassInfo`; every class index in the library points into it. */
export const datasets = sqliteTable('datasets', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  name: text('name').notNull().unique(),
  kind: text('kind').notNull(),
  classes: text('classes').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** A file that votes were read from. */
export const voteFiles = sqliteTable(
  'vote_files',
  {
    id: integer('id').primaryKey(),
    datasetId: integer('dataset_id')
      .notNull()
      .references(() => datasets.id, { onDelete: 'cascade' }),
    file: text('file').notNull(),
    importedAt: integer('imported_at').notNull(),
  },
  (table) => [uniqueIndex('vote_files_file').on(table.datasetId, table.file)],
);

/** Pixels, once for each distinct content hash: bytes inside the library, or a file with a thumbnail. */
export const images = sqliteTable('images', {
  id: integer('id').primaryKey(),
  contentHash: blob('content_hash').notNull().unique(),
  width: integer('width').notNull(),
  height: integer('height').notNull(),
  mediaType: text('media_type').notNull(),
  byteSize: integer('byte_size').notNull(),
  bytes: blob('bytes'),
  file: text('file'),
  thumbnail: blob('thumbnail'),
});

/**
 * `split` indexes SPLITS; `votes` is one little-endian uint16 a class. The derived columns stand in an index of
 * their own with the id first, so that a view loads them without touching the table.
 */
export const samples = sqliteTable(
  'samples',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    datasetId: integer('dataset_id')
      .notNull()
      .references(() => datasets.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    split: integer('split').notNull(),
    imageId: integer('image_id')
      .notNull()
      .references(() => images.id),
    imageFile: text('image_file').notNull(),
    votes: blob('votes').notNull(),
    voteFileId: integer('vote_file_id')
      .notNull()
      .references(() => voteFiles.id),
    voteRow: integer('vote_row').notNull(),
    votesTotal: integer('votes_total').notNull(),
    label: integer('label'),
    voteEntropy: real('vote_entropy'),
    voteMargin: real('vote_margin'),
  },
  (table) => [
    uniqueIndex('samples_key').on(table.datasetId, table.key),
    index('samples_class').on(table.datasetId, table.split, table.label),
    index('samples_view').on(
      table.datasetId,
      table.id,
      table.split,
      table.label,
      table.votesTotal,
      table.voteEntropy,
      table.voteMargin,
    ),
    index('samples_image').on(table.imageId),
    index('samples_vote_file').on(table.voteFileId),
  ],
);

/** How many samples of a dataset stand in each split under each label (-1: none); kept by triggers on `samples`. */
export const classCounts = sqliteTable(
  'class_counts',
  {
    datasetId: integer('dataset_id')
      .notNull()
      .references(() => datasets.id, { onDelete: 'cascade' }),
    split: integer('split').notNull(),
    label: integer('label').notNull(),
    count: integer('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.datasetId, table.split, table.label] })],
);

export const models = sqliteTable('models', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  name: text('name').notNull().unique(),
  file: text('file').notNull(),
  fileBytes: integer('file_bytes').notNull(),
  sha256: text('sha256').notNull(),
  shipped: integer('shipped').notNull(),
  spec: text('spec').notNull(),
  graph: text('graph').notNull(),
  addedAt: integer('added_at').notNull(),
});

/** One model, as it was when the run began, over some splits of one dataset. */
export const runs = sqliteTable(
  'runs',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    datasetId: integer('dataset_id')
      .notNull()
      .references(() => datasets.id, { onDelete: 'cascade' }),
    modelId: integer('model_id')
      .notNull()
      .references(() => models.id, { onDelete: 'cascade' }),
    modelSha256: text('model_sha256').notNull(),
    spec: text('spec').notNull(),
    classIndices: text('class_indices').notNull(),
    splits: text('splits').notNull(),
    provider: text('provider').notNull(),
    seconds: real('seconds').notNull().default(0),
    createdAt: integer('created_at').notNull(),
    endedAt: integer('ended_at'),
  },
  (table) => [index('runs_dataset').on(table.datasetId), index('runs_model').on(table.modelId)],
);

/**
 * `predicted` is a dataset class; `probabilities` are little-endian float32 in the model's class order. The ids only
 * ever grow, so that a view can follow a run in progress by reading what came after the last one it saw.
 */
export const predictions = sqliteTable(
  'predictions',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    runId: integer('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    sampleId: integer('sample_id')
      .notNull()
      .references(() => samples.id, { onDelete: 'cascade' }),
    predicted: integer('predicted').notNull(),
    confidence: real('confidence').notNull(),
    probabilities: blob('probabilities').notNull(),
  },
  (table) => [
    uniqueIndex('predictions_face').on(table.runId, table.sampleId),
    index('predictions_sample').on(table.sampleId),
    index('predictions_view').on(table.runId, table.sampleId, table.predicted, table.confidence),
  ],
);

/** Little-endian float32, as long as the model's embedding. */
export const embeddings = sqliteTable(
  'embeddings',
  {
    runId: integer('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    sampleId: integer('sample_id')
      .notNull()
      .references(() => samples.id, { onDelete: 'cascade' }),
    vector: blob('vector').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.sampleId] }), index('embeddings_sample').on(table.sampleId)],
);

/** `owner` is the process id that works on the job while it is queued or running. */
export const jobs = sqliteTable(
  'jobs',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    parameters: text('parameters').notNull(),
    status: text('status').notNull(),
    progress: text('progress').notNull(),
    provider: text('provider'),
    datasetId: integer('dataset_id').references(() => datasets.id, { onDelete: 'set null' }),
    runId: integer('run_id').references(() => runs.id, { onDelete: 'set null' }),
    result: text('result'),
    error: text('error'),
    owner: integer('owner'),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    endedAt: integer('ended_at'),
  },
  (table) => [index('jobs_live').on(table.status).where(sql`status in ('queued', 'running')`)],
);

/**
 * One training of a network on a dataset: `config` is a TrainConfig as JSON, `seconds` the time that its jobs have
 * worked, `folder`, from the library's own on, where its targets, checkpoints and weights are. Its job says how it stands.
 */
export const trainings = sqliteTable(
  'trainings',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    name: text('name').notNull(),
    config: text('config').notNull(),
    datasetId: integer('dataset_id').references(() => datasets.id, { onDelete: 'set null' }),
    voteFiles: text('vote_files').notNull(),
    classes: text('classes').notNull(),
    counts: text('counts').notNull(),
    folder: text('folder').notNull(),
    provider: text('provider').notNull().default(''),
    seconds: real('seconds').notNull().default(0),
    bestEpoch: integer('best_epoch'),
    jobId: integer('job_id').references(() => jobs.id, { onDelete: 'set null' }),
    createdAt: integer('created_at').notNull(),
    endedAt: integer('ended_at'),
  },
  (table) => [index('trainings_dataset').on(table.datasetId), index('trainings_job').on(table.jobId)],
);

/** What each step of a training found; steps and epochs count from 1. */
export const trainingSteps = sqliteTable(
  'training_steps',
  {
    trainingId: integer('training_id')
      .notNull()
      .references(() => trainings.id, { onDelete: 'cascade' }),
    step: integer('step').notNull(),
    epoch: integer('epoch').notNull(),
    loss: real('loss').notNull(),
    learningRate: real('learning_rate').notNull(),
    gradientNorm: real('gradient_norm').notNull(),
    facesPerSecond: real('faces_per_second').notNull(),
  },
  (table) => [primaryKey({ columns: [table.trainingId, table.step] })],
);

/** What each epoch of a training came to; `recall` is a JSON list, null for a class without faces. */
export const trainingEpochs = sqliteTable(
  'training_epochs',
  {
    trainingId: integer('training_id')
      .notNull()
      .references(() => trainings.id, { onDelete: 'cascade' }),
    epoch: integer('epoch').notNull(),
    step: integer('step').notNull(),
    trainLoss: real('train_loss').notNull(),
    faces: integer('faces').notNull(),
    loss: real('loss'),
    accuracy: real('accuracy'),
    macroF1: real('macro_f1'),
    recall: text('recall').notNull(),
    ece: real('ece'),
  },
  (table) => [primaryKey({ columns: [table.trainingId, table.epoch] })],
);

/**
 * A run's measures of a face: little-endian float32, one for each name of the run's measure set, NaN where a measure is
 * not defined. A face whose row is missing has not been measured yet, or not since its label changed.
 */
export const measures = sqliteTable(
  'measures',
  {
    runId: integer('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    sampleId: integer('sample_id')
      .notNull()
      .references(() => samples.id, { onDelete: 'cascade' }),
    numbers: blob('numbers').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.sampleId] }), index('measures_sample').on(table.sampleId)],
);

/**
 * Which measures the rows of a run hold, as a JSON list of names in their order; `revision` grows with every change of
 * its rows. Triggers on `samples` drop the rows of a face whose votes or label change.
 */
export const measureSets = sqliteTable('measure_sets', {
  runId: integer('run_id')
    .primaryKey()
    .references(() => runs.id, { onDelete: 'cascade' }),
  names: text('names').notNull(),
  revision: integer('revision').notNull().default(0),
});

/** A review queue: a saved query, `filter` a SampleFilter as JSON, and an order. `position` is where its reader is. */
export const queues = sqliteTable(
  'queues',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    name: text('name').notNull().unique(),
    datasetId: integer('dataset_id')
      .notNull()
      .references(() => datasets.id, { onDelete: 'cascade' }),
    runId: integer('run_id').references(() => runs.id, { onDelete: 'set null' }),
    filter: text('filter').notNull(),
    orderName: text('order_name').notNull(),
    seed: integer('seed').notNull(),
    balanced: integer('balanced').notNull(),
    sizeLimit: integer('size_limit'),
    position: integer('position').notNull().default(0),
    createdAt: integer('created_at').notNull(),
    filledAt: integer('filled_at').notNull(),
  },
  (table) => [index('queues_dataset').on(table.datasetId), index('queues_run').on(table.runId)],
);

/** A face of a queue; `revision` is its label's when it was settled, so that a later change brings it back. */
export const queueItems = sqliteTable(
  'queue_items',
  {
    queueId: integer('queue_id')
      .notNull()
      .references(() => queues.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    sampleId: integer('sample_id')
      .notNull()
      .references(() => samples.id, { onDelete: 'cascade' }),
    score: real('score').notNull(),
    status: text('status').notNull().default('waiting'),
    revision: integer('revision'),
    settledAt: integer('settled_at'),
  },
  (table) => [
    primaryKey({ columns: [table.queueId, table.position] }),
    uniqueIndex('queue_items_face').on(table.queueId, table.sampleId),
    index('queue_items_status').on(table.queueId, table.status, table.position),
    index('queue_items_sample').on(table.sampleId),
  ],
);

/** A person who labels. */
export const annotators = sqliteTable('annotators', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  name: text('name').notNull().unique(),
  createdAt: integer('created_at').notNull(),
});

/**
 * What an annotator did at once, to one face or to many: `do`, or `undo` or `redo` of the action `target`. Rows are
 * never altered.
 */
export const labelActions = sqliteTable(
  'label_actions',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    annotatorId: integer('annotator_id')
      .notNull()
      .references(() => annotators.id),
    kind: text('kind').notNull(),
    target: integer('target'),
    queueId: integer('queue_id'),
    runId: integer('run_id'),
    at: integer('at').notNull(),
  },
  (table) => [index('label_actions_annotator').on(table.annotatorId, table.id)],
);

/**
 * One change of one face within an action: its annotator's own `label`, `votes` or `note` went from `before` to
 * `after`, both JSON. A label that an undo puts back stands in time where it stood before, at the event `standing`; others at
 * their own. Triggers refuse to alter a row, and to delete it while its face is there.
 */
export const labelEvents = sqliteTable(
  'label_events',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    actionId: integer('action_id')
      .notNull()
      .references(() => labelActions.id),
    sampleId: integer('sample_id')
      .notNull()
      .references(() => samples.id, { onDelete: 'cascade' }),
    field: text('field').notNull(),
    before: text('before').notNull(),
    after: text('after').notNull(),
    standing: integer('standing'),
  },
  (table) => [
    index('label_events_sample').on(table.sampleId, table.id),
    index('label_events_action').on(table.actionId),
  ],
);

/** What an annotator says of a face now, as the events have it; `labelEvent` is the event that last set the label. */
export const annotations = sqliteTable(
  'annotations',
  {
    sampleId: integer('sample_id')
      .notNull()
      .references(() => samples.id, { onDelete: 'cascade' }),
    annotatorId: integer('annotator_id')
      .notNull()
      .references(() => annotators.id),
    label: integer('label'),
    labelEvent: integer('label_event').notNull(),
    votes: text('votes'),
    note: text('note'),
  },
  (table) => [
    primaryKey({ columns: [table.sampleId, table.annotatorId] }),
    index('annotations_annotator').on(table.annotatorId),
  ],
);

/**
 * How a face stands after all its events: `label` is the newest relabel that holds, `votes` what annotators added to
 * or took from the crowd's, `revision` counts its events.
 */
export const currentLabels = sqliteTable(
  'current_labels',
  {
    sampleId: integer('sample_id')
      .primaryKey()
      .references(() => samples.id, { onDelete: 'cascade' }),
    label: integer('label'),
    annotatorId: integer('annotator_id').references(() => annotators.id),
    votes: text('votes'),
    revision: integer('revision').notNull(),
    changedAt: integer('changed_at').notNull(),
  },
  (table) => [index('current_labels_label').on(table.label)],
);

/** Where a restored action came from, as its file told: the names of a queue and a run of another library. */
export const labelActionOrigins = sqliteTable('label_action_origins', {
  actionId: integer('action_id')
    .primaryKey()
    .references(() => labelActions.id, { onDelete: 'cascade' }),
  queue: text('queue'),
  run: text('run'),
});

/** A named snapshot of a dataset's labels; `source` is `current`, or the consensus method that it was made by. */
export const labelVersions = sqliteTable(
  'label_versions',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    datasetId: integer('dataset_id')
      .notNull()
      .references(() => datasets.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    note: text('note').notNull(),
    source: text('source').notNull(),
    annotatorId: integer('annotator_id').references(() => annotators.id),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [uniqueIndex('label_versions_name').on(table.datasetId, table.name)],
);

/** What a version has instead of the crowd's word: a label, or votes added and taken as JSON, as in `current_labels`. */
export const labelVersionFaces = sqliteTable(
  'label_version_faces',
  {
    versionId: integer('version_id')
      .notNull()
      .references(() => labelVersions.id, { onDelete: 'cascade' }),
    sampleId: integer('sample_id')
      .notNull()
      .references(() => samples.id, { onDelete: 'cascade' }),
    label: integer('label'),
    votes: text('votes'),
  },
  (table) => [
    primaryKey({ columns: [table.versionId, table.sampleId] }),
    index('label_version_faces_sample').on(table.sampleId),
  ],
);

export const settings = sqliteTable('settings', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
});

/** A prior by its name; what it says is in its versions. */
export const priors = sqliteTable('priors', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  name: text('name').notNull().unique(),
  createdAt: integer('created_at').notNull(),
});

/**
 * One state of a prior: `classes` is a JSON list of names, `rows` C×C probabilities as JSON, `source` a PriorSource as
 * JSON. A trigger refuses to alter a row; `parent` may be a version of another prior, or gone.
 */
export const priorVersions = sqliteTable(
  'prior_versions',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    priorId: integer('prior_id')
      .notNull()
      .references(() => priors.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    parent: integer('parent'),
    classes: text('classes').notNull(),
    rows: text('rows').notNull(),
    source: text('source').notNull(),
    annotatorId: integer('annotator_id').references(() => annotators.id),
    note: text('note').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [uniqueIndex('prior_versions_number').on(table.priorId, table.version)],
);
