import type { Command as Parser } from 'commander';
import type { TrainPresetName } from '../../shared/train-config.ts';
import type { Command, Outcome, Run, Session } from './terminal/command.ts';
import { followTraining, sayIfSlow } from './terminal/follow-training.ts';
import { configFromFlags, type TrainFlags, withTrainFlags } from './terminal/train-flags.ts';
import { describeCounts, describeEstimate } from './terminal/training-words.ts';

interface Options extends TrainFlags {
  readonly save?: string;
  readonly dryRun?: boolean;
  readonly estimate?: boolean;
}

/** Trains a whole network, from its first weights if need be. */
export const train = {
  name: 'train',
  define: (program, run) =>
    define(
      program.command('train').description('train a network on a dataset, all of it unless told otherwise'),
      run,
      'scratch',
    ),
} as const satisfies Command;

/** Trains parts of a model that was trained before. */
export const finetune = {
  name: 'finetune',
  define: (program, run) =>
    define(
      program.command('finetune').description('train parts of a trained model, resizer and head unless told otherwise'),
      run,
      'finetune',
    ),
} as const satisfies Command;

function define(command: Parser, run: Run, preset: TrainPresetName): void {
  withTrainFlags(command)
    .option('--save <name>', 'add the best weights to the library as a model of this name')
    .option('--dry-run', 'only say which faces would be trained on, and how much there is to do')
    .option('--estimate', 'only time a few steps here, and say how long the run would take')
    .action((options: Options) => run((session) => trainFaces(session, options, preset)));
}

async function trainFaces(session: Session, options: Options, preset: TrainPresetName): Promise<Outcome> {
  const { client, say } = session;
  const config = configFromFlags(options, preset);
  const plan = await client.trainings.plan(config);
  const counts = describeCounts(plan.counts);
  if (options.dryRun) {
    const work = `${plan.steps} steps over ${plan.trainedParameters} of ${plan.parameters} parameters.`;
    return { document: { config, plan }, text: `${counts}\n${work}` };
  }
  say(counts);
  if (options.estimate) {
    const estimate = await client.trainings.estimate(config, { signal: session.interrupted });
    return { document: { config, plan, estimate }, text: describeEstimate(estimate) };
  }
  await sayIfSlow(session, config.trainer);
  const { training, job } = await client.trainings.start(config);
  say(`Run ${training.id}, job ${job.id}: ${training.name}.`);
  return followTraining(session, training.id, () => client.jobs.get({ id: job.id }), options.save);
}
