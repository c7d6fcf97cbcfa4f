export type Runtime = typeof import('onnxruntime-node');

/** ONNX Runtime's module, loaded when first needed: a native library of tens of megabytes. */
export async function loadRuntime(): Promise<Runtime> {
  const module = await import('onnxruntime-node');
  return (module as Runtime & { default?: Runtime }).default ?? module;
}

/** ONNX Runtime's own sentence, without the C++ file, function and condition that it may put before it. */
export function runtimeReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^\S+\.(cc|cpp|h):\d+ .* was false\. /s, '').trim();
}
