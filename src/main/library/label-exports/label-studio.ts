import { join } from 'node:path';
import { type ExportedFace, isoTime, type LabelExport, type NamedLabel } from './label-export.ts';
import { createTextFile } from './text-file.ts';

/**
 * Tasks for Label Studio, one a line of a JSON list: an annotation for each annotator, the crowd as a prediction. The
 * labelling interface that they fit stands beside them, `NAME.interface.xml`.
 */
export const labelStudio = {
  name: 'label-studio',
  label: 'Label Studio JSON',
  explanation: 'A list of tasks: each annotator’s label as an annotation, the crowd’s as a prediction with its share.',
  suffix: '.json',
  async write(source, target) {
    const classes = source.classes.map(({ name }) => name);
    const file = createTextFile(join(target.folder, `${target.name}.json`));
    let faces = 0;
    try {
      file.write('[');
      for (const face of source.faces()) {
        file.write(`${faces === 0 ? '\n' : ',\n'}${JSON.stringify(taskOf(face, classes, target.imagePrefix))}`);
        faces += 1;
        await target.tick();
      }
      file.write('\n]\n');
    } finally {
      file.close();
    }
    const interfaceFile = createTextFile(join(target.folder, `${target.name}.interface.xml`));
    interfaceFile.write(labelStudioInterface(classes));
    interfaceFile.close();
    return { faces, leftOut: [] };
  },
} as const satisfies LabelExport<'label-studio'>;

/** A face as a task. Label Studio drops who made an annotation of another installation; `meta` keeps it. */
export function taskOf(face: ExportedFace, classes: readonly string[], imagePrefix: string): object {
  const top = Math.max(...face.votes);
  const total = face.votes.reduce((sum, count) => sum + count, 0);
  return {
    data: {
      image: `${imagePrefix}${face.key}`,
      key: face.key,
      split: face.split,
      votes: Object.fromEntries(classes.map((name, index) => [name, face.votes[index]!])),
    },
    annotations: face.byAnnotator.map((given) => annotationOf(given, classes)),
    predictions:
      total === 0
        ? []
        : [
            {
              model_version: 'crowd',
              score: top / total,
              result: [choiceOf(classes[face.votes.indexOf(top)]!)],
            },
          ],
  };
}

function annotationOf({ annotator, label, at, note }: NamedLabel, classes: readonly string[]): object {
  return {
    created_at: isoTime(at),
    updated_at: isoTime(at),
    was_cancelled: false,
    ground_truth: false,
    result: [{ ...choiceOf(classes[label]!), meta: { annotator, note } }],
  };
}

const choiceOf = (name: string): object => ({
  from_name: 'emotion',
  to_name: 'image',
  type: 'choices',
  value: { choices: [name] },
});

/** The labelling interface that such tasks fit, as Label Studio's XML. */
export function labelStudioInterface(classes: readonly string[]): string {
  const choices = classes.map((name) => `    <Choice value="${escapeXml(name)}"/>`);
  return [
    '<View>',
    '  <Image name="image" value="$image"/>',
    '  <Choices name="emotion" toName="image" choice="single">',
    ...choices,
    '  </Choices>',
    '</View>',
    '',
  ].join('\n');
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
