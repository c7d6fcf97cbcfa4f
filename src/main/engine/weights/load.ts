import { WeightsError } from '../../../shared/errors.ts';
import { loadPytorch } from './pytorch.ts';
import { withoutWrapper } from './renames.ts';
import { loadSafetensors } from './safetensors.ts';
import { openRanges, type Weights } from './weights-file.ts';

const LOADERS = { safetensors: loadSafetensors, pytorch: loadPytorch } as const;

export type WeightsFormat = keyof typeof LOADERS;

/**
 * The tensors of a weights file by name, without the prefix of a wrapper that training code put before all of them.
 * The file's content decides how it is read, not its extension. Throws WeightsError for any other kind of file and for
 * a damaged one, NotFoundError where there is none.
 */
export async function readWeights(file: string): Promise<Weights> {
  return withoutWrapper(await LOADERS[sniffWeights(file)](file));
}

/** Which kind of weights a file holds, by its first bytes. Throws WeightsError that says what else it is, if known. */
export function sniffWeights(file: string): WeightsFormat {
  const head = headOf(file);
  if (startsWith(head, 'PK\x03\x04')) return 'pytorch';
  if (head.length >= 9 && head.readUInt32LE(4) === 0 && head[8] === OPENING_BRACE) return 'safetensors';
  const known = OTHER_KINDS.find(({ isMet }) => isMet(head));
  throw new WeightsError(`${file} is ${known?.what ?? 'neither a safetensors nor a PyTorch file'}.`, {
    file,
    remedy: known?.remedy ?? 'Choose a .safetensors file, or a .pth, .pt or .bin file that torch.save wrote.',
  });
}

const HEAD_BYTES = 512;
const TAR_MAGIC_AT = 257;
const OPENING_BRACE = 0x7b;

function headOf(file: string): Buffer {
  const ranges = openRanges(file);
  try {
    return Buffer.from(ranges.read(0, Math.min(HEAD_BYTES, ranges.size)));
  } finally {
    ranges.close();
  }
}

const startsWith = (head: Buffer, text: string, at = 0): boolean =>
  head.subarray(at, at + text.length).equals(Buffer.from(text, 'latin1'));

interface OtherKind {
  readonly what: string;
  readonly remedy: string;
  readonly isMet: (head: Buffer) => boolean;
}

const SAVE_AGAIN = 'Save it again with PyTorch 1.6 or later: torch.save(torch.load(FILE, weights_only=True), FILE).';

const OTHER_KINDS: readonly OtherKind[] = [
  {
    what: 'a PyTorch file in the format from before version 1.6, which is not read',
    remedy: SAVE_AGAIN,
    isMet: (head) =>
      startsWith(head, '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19') || startsWith(head, 'ustar', TAR_MAGIC_AT),
  },
  {
    what: 'a bare Python pickle, which is not read',
    remedy: SAVE_AGAIN,
    isMet: (head) => head[0] === 0x80 && head[1]! <= 5,
  },
  {
    what: 'a pointer to a file in Git LFS, not the file itself',
    remedy: 'Fetch it with git lfs pull, or download it from the web page.',
    isMet: (head) => startsWith(head, 'version https://git-lfs'),
  },
  {
    what: 'a web page, not a weights file',
    remedy: 'Download the file itself; the address may ask for a login.',
    isMet: (head) => /^\s*<(!doctype|html)/i.test(head.toString('latin1')),
  },
  {
    what: 'an HDF5 file, as Keras writes it, which is not read',
    remedy: 'Convert it to safetensors.',
    isMet: (head) => startsWith(head, '\x89HDF\r\n\x1a\n'),
  },
  {
    what: 'a GGUF file, which is not read',
    remedy: 'Choose the safetensors file of the same model.',
    isMet: (head) => startsWith(head, 'GGUF'),
  },
  {
    what: 'an ONNX model, which holds a whole network',
    remedy: 'Import it as a model instead of loading it as weights.',
    isMet: (head) => head[0] === 0x08 && head[1]! > 0 && head[1]! < 32 && head[2] === 0x12,
  },
];
