import { z } from 'zod';
import { idSchema } from '../entities.ts';
import { base } from './base.ts';

/** A person who labels. */
export const annotatorSchema = z.object({ id: idSchema, name: z.string(), createdAt: z.number() });
export type Annotator = z.infer<typeof annotatorSchema>;
export const annotatorNameSchema = z.string().trim().min(1).max(80);

/** An index into the dataset's classes, non-emotions among them; null: no word of one's own, the crowd's stands. */
const labelSchema = z.number().int().min(0).nullable();
/** What is added to the crowd's votes, or with a minus taken from them, class by class; null: nothing. */
const addedVotesSchema = z.array(z.number().int().min(-1000).max(1000)).nullable();
const noteSchema = z.string().max(4000).nullable();

/** What an annotator may say of a face. */
export const labelValueSchema = z.discriminatedUnion('field', [
  z.object({ field: z.literal('label'), value: labelSchema }),
  z.object({ field: z.literal('votes'), value: addedVotesSchema }),
  z.object({ field: z.literal('note'), value: noteSchema }),
]);
export type LabelValue = z.infer<typeof labelValueSchema>;
export type LabelField = LabelValue['field'];

/**
 * How a face stands: `label` is the newest relabel that holds and `annotator` whose it is; both null where the crowd's
 * word stands alone. `votes` are those added or taken by all annotators; `revision` counts the changes so far.
 */
export const faceLabelSchema = z.object({
  sampleId: idSchema,
  label: labelSchema,
  annotator: z.string().nullable(),
  votes: addedVotesSchema,
  revision: z.number().int(),
  changedAt: z.number().nullable(),
});
export type FaceLabel = z.infer<typeof faceLabelSchema>;

/** What one annotator says of a face now. */
export const annotationSchema = z.object({
  annotator: z.string(),
  label: labelSchema,
  votes: addedVotesSchema,
  note: noteSchema,
});
export type Annotation = z.infer<typeof annotationSchema>;

export const actionKindSchema = z.enum(['do', 'undo', 'redo']);

/** A change of one face as it stands in the log for good; `before` and `after` are what `field` held. */
export const labelEventSchema = z.object({
  id: idSchema,
  actionId: idSchema,
  kind: actionKindSchema,
  /** The action that this one undid or did again. */
  target: idSchema.nullable(),
  sampleId: idSchema,
  key: z.string(),
  annotator: z.string(),
  field: z.enum(['label', 'votes', 'note']),
  before: z.union([labelSchema, addedVotesSchema, noteSchema]),
  after: z.union([labelSchema, addedVotesSchema, noteSchema]),
  queueId: idSchema.nullable(),
  runId: idSchema.nullable(),
  at: z.number(),
});
export type LabelEvent = z.infer<typeof labelEventSchema>;

/** `revision` is the face's as the person saw it: another one by now, and nothing of the action is done. */
export const labelChangeSchema = z.intersection(
  z.object({ sampleId: idSchema, revision: z.number().int().min(0) }),
  labelValueSchema,
);
export type LabelChange = z.infer<typeof labelChangeSchema>;

export const labelActionSchema = z.object({
  annotatorId: idSchema,
  changes: z.array(labelChangeSchema).min(1).max(10_000),
  /** The queue that it was done in, whose faces it settles, and the run that was shown beside. */
  queueId: idSchema.nullable().default(null),
  runId: idSchema.nullable().default(null),
});
export type LabelAction = z.infer<typeof labelActionSchema>;

/** What an action came to, once it is on disk. */
export const labelOutcomeSchema = z.object({
  actionId: idSchema,
  kind: actionKindSchema,
  faces: z.array(faceLabelSchema),
  queueId: idSchema.nullable(),
});
export type LabelOutcome = z.infer<typeof labelOutcomeSchema>;

/** A face as the derived tables hold it, or as its events have it. */
export const rebuiltFaceSchema = faceLabelSchema
  .pick({ label: true, annotator: true, votes: true, revision: true })
  .extend({ annotations: z.array(annotationSchema) });
export type RebuiltFace = z.infer<typeof rebuiltFaceSchema>;

/** A face that had come apart from its events; null where there was nothing of it. */
export const labelDifferenceSchema = z.object({
  sampleId: idSchema,
  datasetId: idSchema,
  key: z.string(),
  stored: rebuiltFaceSchema.nullable(),
  derived: rebuiltFaceSchema.nullable(),
});
export type LabelDifference = z.infer<typeof labelDifferenceSchema>;

/** What a rebuild came to: `changed` faces had come apart from their events, the first of them are told. */
export const labelRebuildSchema = z.object({
  events: z.number().int(),
  faces: z.number().int(),
  changed: z.number().int(),
  differences: z.array(labelDifferenceSchema),
});
export type LabelRebuild = z.infer<typeof labelRebuildSchema>;

const mine = z.object({ annotatorId: idSchema });

export const labels = {
  annotators: base.output(z.array(annotatorSchema)),
  /** Who labels at this library when nobody says otherwise; at first named as the machine's user is. */
  annotator: base.output(annotatorSchema),
  /** Makes a person the one who labels, entering the name if it is new. */
  chooseAnnotator: base.input(z.object({ name: annotatorNameSchema })).output(annotatorSchema),
  /** The person of that name, entered if it is new; who labels when nobody says otherwise stays. */
  enterAnnotator: base.input(z.object({ name: annotatorNameSchema })).output(annotatorSchema),
  /** As they stand, in the order asked for. */
  faces: base.input(z.object({ sampleIds: z.array(idSchema).max(10_000) })).output(z.array(faceLabelSchema)),
  /** All that was ever said of a face, the newest first. */
  face: base
    .input(z.object({ sampleId: idSchema }))
    .output(
      z.object({ state: faceLabelSchema, annotations: z.array(annotationSchema), events: z.array(labelEventSchema) }),
    ),
  /** Done wholly and on disk when this returns. Throws CONFLICT, with what it is now, where a face has changed. */
  apply: base.input(labelActionSchema).output(labelOutcomeSchema),
  /** Undoes the annotator's newest action by its inverse. Throws CONFLICT where there is none. */
  undo: base.input(mine).output(labelOutcomeSchema),
  redo: base.input(mine).output(labelOutcomeSchema),
  /** The log, the newest first, before an event. */
  history: base
    .input(
      z.object({
        datasetId: idSchema.nullable().default(null),
        annotatorId: idSchema.nullable().default(null),
        before: idSchema.nullable().default(null),
        limit: z.number().int().min(1).max(1000).default(100),
      }),
    )
    .output(z.array(labelEventSchema)),
  /** Derives every current label from the log again and puts right those that had come apart from it, unless told not to. */
  rebuild: base
    .input(z.object({ repair: z.boolean().default(true) }).default({ repair: true }))
    .output(labelRebuildSchema),
};
