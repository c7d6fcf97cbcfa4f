export interface ScheduleSettings {
  /** Epochs over which the rate first rises from zero; part of the run's epochs. */
  readonly warmupEpochs: number;
  /** `step`: after how many epochs the rate falls, and to which share of it. */
  readonly everyEpochs: number;
  readonly factor: number;
  /** The share of the rate that is left at the end of `cosine` and `linear`. */
  readonly floor: number;
}

/** The paper's fall by ×0.25 every ten epochs; no warm-up. */
export const SCHEDULE_DEFAULTS: ScheduleSettings = { warmupEpochs: 0, everyEpochs: 10, factor: 0.25, floor: 0 };

/** Where a run is. */
export interface SchedulePosition {
  /** Steps done before this one, of the whole run. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
}

/** How the learning rate changes over a run. A new one is a file and a line in index.ts. */
export interface Schedule {
  readonly name: string;
  readonly describe: string;
  /** The share of the rate after `epoch` epochs, parts of one included; `share` is how much of the run after warm-up is done. */
  readonly factor: (at: { readonly epoch: number; readonly share: number }, settings: ScheduleSettings) => number;
}
