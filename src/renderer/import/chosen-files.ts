/** A file a person dropped or chose, with its path relative to what was dropped (its own name for a single file). */
export interface ChosenFile {
  readonly file: File;
  readonly path: string;
}

const readBatch = (reader: FileSystemDirectoryReader): Promise<readonly FileSystemEntry[]> =>
  new Promise((resolve, reject) => reader.readEntries(resolve, reject));

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

async function walk(entry: FileSystemEntry, parent: string): Promise<readonly ChosenFile[]> {
  const path = parent === '' ? entry.name : `${parent}/${entry.name}`;
  if (entry.isFile) return [{ file: await fileOf(entry as FileSystemFileEntry), path }];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: ChosenFile[] = [];
  for (let batch = await readBatch(reader); batch.length > 0; batch = await readBatch(reader)) {
    for (const child of batch) found.push(...(await walk(child, path)));
  }
  return found;
}

const plain = (file: File): ChosenFile => ({ file, path: file.name });

/** What was dropped, folders unopened: enough where their paths on this disk can be asked for. */
export const droppedTops = (transfer: DataTransfer): readonly ChosenFile[] => [...transfer.files].map(plain);

/** Everything a drop holds, folders walked to their leaves; must be called within the drop event. */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly ChosenFile[]> {
  const dropped = [...transfer.items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found = await Promise.all(
    dropped.map(({ entry, file }) => (entry === null ? (file === null ? [] : [plain(file)]) : walk(entry, ''))),
  );
  return found.flat();
}

/** The files of an `<input type="file">`, whole folders included. */
export const inputFiles = (input: HTMLInputElement): readonly ChosenFile[] =>
  [...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

/** The dropped things themselves on the local disk: the top folders and files, not what lies within. */
export function topPaths(files: readonly { readonly path: string; readonly fullPath: string }[]): readonly string[] {
  const tops = files.map(({ path, fullPath }) => {
    const [top = path] = path.split('/');
    const within = path.length - top.length;
    return within === 0 ? fullPath : fullPath.slice(0, fullPath.length - within);
  });
  return [...new Set(tops)];
}
