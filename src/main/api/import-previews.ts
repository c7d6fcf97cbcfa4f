import type { ImportPreview, ImportSource } from '../../shared/contract/imports.ts';
import { answer, type ImageAnswer, mediaTypeOf } from './images.ts';

/** The previews that screens are looking at: what they are of, and the pixels of their first faces. */
export interface ImportPreviews {
  open(source: ImportSource): Promise<ImportPreview>;
  /** The n-th face of a preview. Throws NotFoundError if it is not one of the last previews, or has no such face. */
  face(previewId: string, index: number): Promise<ImageAnswer>;
}

export function createImportPreviews(): ImportPreviews {
  const load = () => import('../import/preview.ts');
  return {
    open: async (source) => (await load()).previewImport(source),
    face: async (previewId, index) => {
      const bytes = await (await load()).previewFace(previewId, index);
      return answer(bytes, mediaTypeOf(bytes));
    },
  };
}
