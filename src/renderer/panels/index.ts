import AgreementPanel from './agreement-panel.vue';
import ConfusionPanel from './confusion-panel.vue';
import LabelIssuesPanel from './label-issues-panel.vue';
import type { Panel } from './panel.ts';

/** Every panel of the Analysis screen, in the order of its tabs. */
export const PANELS = [
  {
    name: 'confusion',
    label: 'Confusion',
    explanation: 'Where the crowd and the model agree, and where they do not.',
    usesProtocol: true,
    component: ConfusionPanel,
  },
  {
    name: 'label-issues',
    label: 'Label issues',
    explanation: 'The labels that are likely wrong, by confident learning: what the model says against what was voted.',
    usesProtocol: false,
    component: LabelIssuesPanel,
  },
  {
    name: 'agreement',
    label: 'Agreement',
    explanation: 'How far the crowd agrees with itself, on the votes as they were imported.',
    usesProtocol: false,
    component: AgreementPanel,
  },
] as const satisfies readonly Panel[];

export type PanelName = (typeof PANELS)[number]['name'];
