import type { TrainingEpoch } from '../../../shared/contract/trainings.ts';
import type { Job } from '../../../shared/entities.ts';
import type { TrainConfig } from '../../../shared/train-config.ts';
import type { Outcome, Session } from './command.ts';
import { followJob } from './follow-job.ts';
import { count } from './format.ts';
import { describeEpoch, describeTraining } from './training-words.ts';

/** Follows a run's job to its end, saying each epoch's figures on stderr, and makes a model of it where one is named. */
export async function followTraining(
  session: Session,
  id: number,
  start: () => Promise<Job>,
  saveAs: string | undefined,
): Promise<Outcome> {
  const { client, say } = session;
  let told = (await client.trainings.get({ id, afterStep: 0 })).epochs.length;
  const tell = (epochs: readonly TrainingEpoch[]): void => {
    for (const epoch of epochs.slice(told)) say(describeEpoch(epoch));
    told = Math.max(told, epochs.length);
  };
  let phase = '';
  const job = await followJob(session, start, async ({ progress }) => {
    const now = progress.phase.split(',')[0]!;
    if (now === phase) return;
    phase = now;
    tell((await client.trainings.get({ id, afterStep: Number.MAX_SAFE_INTEGER })).epochs);
  });
  const { training, epochs, steps } = await client.trainings.get({ id, afterStep: 0 });
  tell(epochs);
  const saved =
    saveAs === undefined ? null : await client.trainings.save({ id, name: saveAs, weights: 'best', force: false });
  const { facesPerSecond = null } = (job.result ?? {}) as { facesPerSecond?: number | null };
  const document = { training, epochs, result: job.result, saved };
  const speed =
    facesPerSecond === null ? '' : `\n\n${count(Math.round(facesPerSecond))} faces/s over ${count(steps.length)} steps`;
  const model = saved === null ? '' : `\nThe model ${saved.model.name} is in ${saved.folder}.`;
  return { document, text: `${describeTraining(training, epochs)}${speed}${model}` };
}

/** Says before a run of the tfjs trainer that it will be slow, where it will be, and what helps. */
export async function sayIfSlow({ client, say }: Session, trainer: TrainConfig['trainer']): Promise<void> {
  if (trainer !== 'tfjs') return;
  const { native, backend, reason, remedy } = await client.system.tensorflow();
  if (native) return;
  say(`TensorFlow.js computes on its own ${backend} backend, which is slow: ${reason} For the native one: ${remedy}`);
}
