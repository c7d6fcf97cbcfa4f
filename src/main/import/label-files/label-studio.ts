import { z } from 'zod';
import { ImportError } from '../../../shared/errors.ts';
import { jsonItems } from './json-items.ts';
import { type LabelPlace, type LabelReader, type LabelRow, type ReadLabel, timeOf } from './label-row.ts';

const LARGEST_FILE = 512 * 1024 * 1024;

const person = z.union([
  z.number(),
  z.string(),
  z.looseObject({ email: z.string().optional(), first_name: z.string().optional(), last_name: z.string().optional() }),
]);

const result = z.looseObject({
  type: z.string(),
  value: z.looseObject({ choices: z.array(z.string()).optional() }),
  meta: z.looseObject({ annotator: z.string().optional(), note: z.string().optional() }).nullish(),
});

const annotation = z.looseObject({
  completed_by: person.nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
  was_cancelled: z.boolean().nullish(),
  result: z.array(result),
});

const task = z.looseObject({
  data: z.looseObject({ key: z.string().optional(), image: z.string().optional() }),
  annotations: z.array(annotation).default([]),
});

/** The short export, JSON_MIN: the data's fields and the choice side by side. */
const shortTask = z.looseObject({
  key: z.string().optional(),
  image: z.string().optional(),
  annotator: person.nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
});
const CHOICE_FIELDS = ['emotion', 'choice', 'label', 'class'];

/** Label Studio's export, JSON or JSON_MIN: a list of tasks; each annotation's one choice is a label. */
export const labelStudioLabels = {
  name: 'label-studio',
  label: 'Label Studio JSON',
  layout: 'a JSON list of tasks with “data” and “annotations”, as Label Studio exports it (JSON or JSON_MIN)',
  sniff: (head) => /^[\s\uFEFF]*\[/.test(head),
  async *read(entry) {
    const text = (await entry.read(LARGEST_FILE)).toString('utf8');
    const items = jsonItems(text);
    if (items === null) {
      throw new ImportError(`${entry.display} is no whole JSON list.`, {
        file: entry.display,
        line: text.split('\n').length,
        remedy: 'Export it from Label Studio again, as JSON.',
      });
    }
    for (const item of items) yield* labelsOf({ file: entry.display, line: item.line }, item.text);
  },
} as const satisfies LabelReader<'label-studio'>;

function* labelsOf(place: LabelPlace, text: string): Generator<ReadLabel> {
  const value = parsed(text);
  if (value === undefined) {
    yield { place, problem: 'The task is no JSON.' };
    return;
  }
  const isShort = typeof value === 'object' && value !== null && !('data' in value);
  if (isShort) {
    yield shortLabel(place, value);
    return;
  }
  const found = task.safeParse(value);
  if (!found.success) {
    yield { place, problem: `The task is not one of Label Studio: ${explain(found.error)}` };
    return;
  }
  const { data, annotations } = found.data;
  const face = faceOf(data);
  if (face === null) {
    yield { place, problem: 'The task’s data has neither “key” nor “image”.' };
    return;
  }
  for (const each of annotations) yield annotationLabel(place, face, each);
}

function annotationLabel(place: LabelPlace, face: string, each: z.infer<typeof annotation>): ReadLabel {
  if (each.was_cancelled === true) return null;
  const choices = each.result.filter(({ type }) => type === 'choices');
  const chosen = choices.flatMap(({ value }) => value.choices ?? []);
  if (chosen.length === 0) return null;
  if (chosen.length > 1) return { place, problem: `${face}: an annotation has ${chosen.length} choices, not one.` };
  const meta = choices[0]!.meta;
  const annotator = meta?.annotator ?? nameOf(each.completed_by);
  const at = timeOf(each.updated_at ?? each.created_at);
  if (Number.isNaN(at)) return { place, problem: `${face}: “${each.updated_at ?? each.created_at}” is no time.` };
  return { place, face, label: chosen[0]!, annotator, at, note: meta?.note ?? '' };
}

function shortLabel(place: LabelPlace, value: object): ReadLabel {
  const found = shortTask.safeParse(value);
  if (!found.success) return { place, problem: `The task is not one of Label Studio: ${explain(found.error)}` };
  const face = faceOf(found.data);
  if (face === null) return { place, problem: 'The task has neither “key” nor “image”.' };
  const label = CHOICE_FIELDS.map((field) => found.data[field]).find((choice) => typeof choice === 'string');
  if (label === undefined) return null;
  const at = timeOf(found.data.updated_at ?? found.data.created_at);
  if (Number.isNaN(at)) return { place, problem: `${face}: the task’s time is none.` };
  return {
    place,
    face,
    label: label as string,
    annotator: nameOf(found.data.annotator),
    at,
    note: '',
  } satisfies LabelRow;
}

/** `key` is ours; of an image's address what follows `?d=` or, failing that, its path. */
function faceOf({ key, image }: { readonly key?: string; readonly image?: string }): string | null {
  if (key !== undefined && key !== '') return key;
  if (image === undefined || image === '') return null;
  const local = /[?&]d=([^&]+)/.exec(image)?.[1];
  try {
    return decodeURIComponent(local ?? image.replace(/[?#].*$/, ''));
  } catch {
    return local ?? image;
  }
}

function nameOf(who: z.infer<typeof person> | null | undefined): string | null {
  if (who === null || who === undefined) return null;
  if (typeof who !== 'object') return typeof who === 'number' ? `Label Studio user ${who}` : who;
  const name = [who.first_name, who.last_name].filter((part) => part !== undefined && part !== '').join(' ');
  return name === '' ? (who.email ?? null) : name;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const explain = (error: z.ZodError): string => {
  const [issue] = error.issues;
  return `${issue!.path.join('.')} ${issue!.message}`.trim();
};
