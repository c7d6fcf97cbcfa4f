import { UsageError } from '../../../shared/errors.ts';
import { buildModelTask } from './build-model.ts';
import { importOnnxTask } from './import-onnx.ts';
import { inspect } from './inspect.ts';
import { inspectNet } from './inspect-net.ts';
import { previewLabelsTask } from './preview-labels.ts';
import { probe } from './probe.ts';
import { runNetCase } from './run-case.ts';
import { saveTrainingTask } from './save-training.ts';
import type { CheckedTask } from './task.ts';
import { tfjs } from './tfjs.ts';
import { variants } from './variants.ts';
import { warmUpTask } from './warm-up.ts';

/** Every task of an engine process. */
const TASKS: readonly CheckedTask[] = [
  probe,
  inspect,
  inspectNet,
  runNetCase,
  variants,
  buildModelTask,
  importOnnxTask,
  saveTrainingTask,
  previewLabelsTask,
  tfjs,
  warmUpTask,
];

/** Does one short task by name, in this process. Throws UsageError for a name that is none. */
export function performTask(name: string, input: unknown): Promise<unknown> {
  const task = TASKS.find((entry) => entry.name === name);
  if (task === undefined) throw new UsageError(`The engine has no task “${name}”.`);
  return task.perform(input);
}
