/** The files of a model among those chosen or dropped: the graph, and the manifest if one came along. */
export interface ModelPaths {
  readonly file: string;
  readonly manifest: string | null;
}

/** Picks the `.onnx` and, if there is exactly one, the `.json` out of paths; null where no single graph is among them. */
export function modelPaths(paths: readonly string[]): ModelPaths | null {
  const graphs = paths.filter((path) => /\.onnx$/i.test(path));
  const manifests = paths.filter((path) => /\.json$/i.test(path));
  if (graphs.length !== 1) return null;
  return { file: graphs[0]!, manifest: manifests.length === 1 ? manifests[0]! : null };
}
