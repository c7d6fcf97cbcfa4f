import type { ModelSpec } from '../../../shared/model-spec.ts';

/** A section of a model's card; its lines are paragraphs of Markdown. */
export interface CardSection {
  readonly title: string;
  readonly paragraphs: readonly string[];
}

export interface CardFacts {
  readonly spec: ModelSpec;
  /** What the model is, in a sentence or two. */
  readonly summary: string;
  readonly file: { readonly name: string; readonly bytes: number; readonly sha256: string };
  readonly sections: readonly CardSection[];
}

const NOT_STATED = 'Not stated.';

const figures = ({ metrics }: ModelSpec): string =>
  metrics === null
    ? 'Nothing yet.'
    : `Accuracy ${(metrics.accuracy * 100).toFixed(2)} %, macro-F1 ${metrics.macroF1.toFixed(4)}${calibration(metrics.ece)} on ${metrics.dataset === undefined ? '' : `${metrics.dataset}, `}${metrics.split}, ${metrics.faces} faces, protocol ${metrics.protocol}${metrics.votesFiles === undefined ? '' : `, votes of ${metrics.votesFiles.join(', ')}`}.`;

const calibration = (ece: number | null | undefined): string => (ece == null ? '' : `, ECE ${ece.toFixed(4)}`);

/** A model's card, Markdown for people: its facts, then what the maker of the folder adds, then licence and limits. */
export function modelCard({ spec, summary, file, sections }: CardFacts): string {
  const { input, outputs } = spec;
  const rows = [
    ['file', `\`${file.name}\`, ${file.bytes.toLocaleString('en-US')} bytes`],
    ['SHA-256', `\`${file.sha256}\``],
    ['input', `\`${input.name}\`, ${input.width}×${input.height} ${input.colour}, ${input.dtype}, ${input.layout}`],
    [
      'outputs',
      Object.entries(outputs)
        .map(([role, name]) => (role === name ? role : `${role} as \`${name}\``))
        .join(', '),
    ],
    ['classes', spec.classes.join(', ')],
  ];
  const all: readonly CardSection[] = [
    ...sections,
    { title: 'How it was trained', paragraphs: [spec.trainedOn || NOT_STATED] },
    { title: 'What was measured', paragraphs: [figures(spec)] },
    { title: 'Source', paragraphs: [spec.source || NOT_STATED] },
    { title: 'Licence', paragraphs: [spec.licence || NOT_STATED] },
    {
      title: 'Limits',
      paragraphs: [
        'The model says how a face would be labelled, not what a person feels. Not for decisions about people.',
      ],
    },
  ];
  return [
    `# ${spec.name}`,
    summary,
    ['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n'),
    ...all.flatMap(({ title, paragraphs }) => [`## ${title}`, ...paragraphs]),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}
