import * as augment from './augment.ts';
import * as durability from './durability.ts';
import * as importing from './import.ts';
import * as library from './library.ts';
import * as nets from './nets.ts';
import * as predict from './predict.ts';
import * as review from './review.ts';
import * as train from './train.ts';

/** Every benchmark; each prints its figures on stdout. A new one is a file and a line here. */
const BENCHES = [augment, durability, importing, library, nets, predict, review, train] as const;

async function main(): Promise<number> {
  const [name, ...rest] = process.argv.slice(2);
  const bench = BENCHES.find((entry) => entry.name === name);
  if (bench === undefined) {
    process.stderr.write('Usage: npm run bench -- NAME\n');
    for (const entry of BENCHES) process.stderr.write(`  ${entry.name.padEnd(10)} ${entry.describe}\n`);
    return 2;
  }
  await bench.run(rest);
  return 0;
}

process.exitCode = await main();
