import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import yauzl from 'yauzl';

/** The folder of real faces, reference numbers and the reference model, beside the checkout; not part of it. */
export const SHARED = resolve(import.meta.dirname, '../../../shared');
export const FERPLUS_ZIP = `${SHARED}/data/ferplus-train-valid.zip`;
export const FER2013_HEAD = `${SHARED}/data/fer2013-head.csv`;
export const REFERENCE_MODEL = `${SHARED}/models/nr-swin-micro.onnx`;
export const REFERENCE_MANIFEST = `${SHARED}/models/nr-swin-micro.json`;

export const hasSharedData = existsSync(FERPLUS_ZIP);

/** Put in the title of a suite that needs the real data, so that a skip says why. */
export const needsSharedData = hasSharedData ? '' : ' (skipped: ../shared/data is not here)';

/** The real rows of fer2013new.csv as records of strings. */
export async function readFerplusRows(): Promise<Record<string, string>[]> {
  return parse(await readEntry(FERPLUS_ZIP, 'fer2013new.csv'), { columns: true });
}

function readEntry(zipFile: string, name: string): Promise<string> {
  return new Promise((done, fail) => {
    yauzl.open(zipFile, { lazyEntries: true }, (error, zip) => {
      if (error) return fail(error);
      zip.on('entry', (entry: yauzl.Entry) => {
        if (entry.fileName !== name) return zip.readEntry();
        zip.openReadStream(entry, (openError, stream) => {
          if (openError) return fail(openError);
          const chunks: Buffer[] = [];
          stream.on('data', (chunk: Buffer) => chunks.push(chunk));
          stream.on('error', fail);
          stream.on('end', () => {
            zip.close();
            done(Buffer.concat(chunks).toString('utf8'));
          });
        });
      });
      zip.on('end', () => fail(new Error(`${name} is not in ${zipFile}`)));
      zip.readEntry();
    });
  });
}
