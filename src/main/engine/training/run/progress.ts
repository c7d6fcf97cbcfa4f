import type { JobProgress } from '../../../../shared/entities.ts';
import type { TrainConfig } from '../../../../shared/train-config.ts';
import { type DoneStep, epochSize, type Place } from './epochs.ts';

/** What a run says of how far it is; `done` counts faces trained on over all epochs. */
export interface RunProgressReport {
  stepDone(step: number, done: DoneStep): JobProgress;
  validating(done: number, total: number): JobProgress;
  validated(seconds: number): void;
  /** Faces a second over the steps of this job, without its first, in which graphs are compiled, if there are more. */
  facesPerSecond(): number | null;
}

/** Estimates a run's end from the speed of this job's steps and of its last validation. */
export function progressOf(config: TrainConfig, faces: number, from: Place): RunProgressReport {
  const { steps, batch } = epochSize(config, faces);
  const total = config.epochs * steps * batch;
  let trained = 0;
  let seconds = 0;
  let validationSeconds = 0;
  let { epoch } = from;
  let done = from.epoch * steps * batch + from.position;
  let jobSteps = 0;
  const rate = (): number | null => (seconds === 0 ? null : trained / seconds);
  const said = (phase: string): JobProgress => {
    const speed = rate();
    const left = speed === null ? null : (total - done) / speed + (config.epochs - epoch) * validationSeconds;
    return { phase, done, total, rate: speed, secondsLeft: left };
  };
  return {
    stepDone(step, { place, loss, faces: more, seconds: took }) {
      const isSecond = jobSteps === 1;
      jobSteps += 1;
      trained = isSecond ? more : trained + more;
      seconds = isSecond ? took : seconds + took;
      epoch = place.epoch;
      done = place.epoch * steps * batch + place.position;
      return said(`epoch ${epoch + 1} of ${config.epochs}, step ${step}, loss ${loss.toFixed(4)}`);
    },
    validating: (validated, all) => said(`validating epoch ${epoch + 1}, ${Math.floor((100 * validated) / all)} %`),
    validated(took) {
      validationSeconds = took;
      epoch += 1;
    },
    facesPerSecond: rate,
  };
}
