import { resolve } from 'node:path';
import { Option } from 'commander';
import { superResolutionConfigSchema, superResolutionResultSchema } from '../../shared/contract/super-resolution.ts';
import { type ProviderChoice, providerChoiceSchema, type Split } from '../../shared/entities.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { followJob } from './terminal/follow-job.ts';
import { count } from './terminal/format.ts';
import { collectSplits, number, whole } from './terminal/options.ts';
import { pairs } from './terminal/table.ts';

interface Options {
  readonly dataset: string;
  readonly out: string;
  readonly kind?: string;
  readonly scale?: number;
  readonly split?: readonly Split[];
  readonly validation?: Split;
  readonly limit?: number;
  readonly epochs?: number;
  readonly batch?: number;
  readonly lr?: number;
  readonly seed?: number;
  readonly provider?: ProviderChoice;
  readonly force?: boolean;
}

/** Trains the network that enlarges faces before the resizer. */
export const superResolution = {
  name: 'sr',
  define(program, run) {
    program
      .command('sr')
      .description('train a face super-resolution')
      .command('train')
      .description('learn to enlarge shrunken faces back to what they were; PSNR is shown beside bicubic’s')
      .requiredOption('--dataset <name>', 'the dataset whose faces are learned from')
      .requiredOption('--out <file>', 'the .safetensors file to write; build and train take it as --sr-weights')
      .option('--kind <name>', 'fsrcnn or espcn (default: fsrcnn)')
      .option('--scale <times>', 'how many times larger (default: 2)', whole(2, 8))
      .option('--split <splits>', 'what is learned from (default: train; may be repeated)', collectSplits)
      .option('--validation <split>', 'what PSNR is measured on (default: valid)')
      .option('--limit <faces>', 'learn from at most so many faces, drawn by the seed', whole(1, 1_000_000_000))
      .option('--epochs <number>', 'how often all faces are met (default: 12)', whole(1, 10_000))
      .option('--batch <faces>', 'faces a step (default: 16)', whole(1, 4096))
      .option('--lr <rate>', 'the learning rate, falling to zero by a cosine (default: 0.001)', number)
      .option('--seed <number>', 'from which all that is random follows', whole(0, 2 ** 32 - 1))
      .addOption(new Option('--provider <name>', 'what computes').choices(providerChoiceSchema.options))
      .option('--force', 'replace the file if it is there')
      .action((options: Options) => run((session) => trainSuperResolution(session, options)));
  },
} as const satisfies Command;

async function trainSuperResolution(session: Session, options: Options): Promise<Outcome> {
  const { client } = session;
  const dataset = await client.datasets.find({ name: options.dataset });
  const { kind, scale, split, validation, limit, epochs, batch, lr, seed } = options;
  const config = superResolutionConfigSchema.parse({
    kind,
    scale,
    splits: split,
    validation,
    limit,
    epochs,
    batchSize: batch,
    learningRate: lr,
    seed,
  });
  const { provider = 'auto', force = false } = options;
  const order = { datasetId: dataset.id, config, out: resolve(options.out), provider, force };
  const job = await followJob(session, () => client.superResolution.train(order));
  const result = superResolutionResultSchema.parse(job.result);
  const text = pairs([
    ['weights', `${result.file}, ${count(result.parameters)} parameters`],
    ['faces', `${count(result.faces.train)} learned from, ${count(result.faces.validation)} measured on`],
    ['PSNR', `${result.psnr.toFixed(2)} dB`],
    ['bicubic', `${result.bicubicPsnr.toFixed(2)} dB (${(result.psnr - result.bicubicPsnr).toFixed(2)} dB less)`],
    ['seconds', `${result.seconds.toFixed(0)} on ${result.provider}`],
  ]);
  return { document: { jobId: job.id, config, ...result }, text };
}
