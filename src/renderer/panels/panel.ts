import type { Component } from 'vue';
import type { Run } from '../../shared/contract/runs.ts';
import type { Dataset, Split } from '../../shared/entities.ts';

/** What the Analysis screen hands every panel: a run that holds predictions for the split, and how votes become targets. */
export interface PanelProps {
  readonly dataset: Dataset;
  readonly run: Run;
  readonly split: Split;
  readonly protocol: string;
}

/** An entry of the registry: the name stands in the address, the label on the tab. */
export interface Panel {
  readonly name: string;
  readonly label: string;
  /** What the panel shows, in a sentence under the screen's title. */
  readonly explanation: string;
  /** Whether it turns votes into targets by the protocol chosen above. */
  readonly usesProtocol: boolean;
  readonly component: Component<PanelProps>;
}
