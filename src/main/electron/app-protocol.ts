import { SAFETY_HEADERS } from '../api/content-policy.ts';
import { readRendererFile } from '../api/renderer-files.ts';
import type { ImageBytes } from './messages.ts';
import { isOwnPage } from './origin.ts';

export interface AppProtocolOptions {
  readonly rendererFolder: string;
  /** An image of the backend's by its path (`/images/…`, `/previews/…`, `/augmented/…`), or null. */
  readImage(path: string, thumbnail: boolean): Promise<ImageBytes | null>;
}

/** Answers `app://countenance/…`: the built renderer, and the backend's images. Everything else is 404. */
export function createAppHandler(options: AppProtocolOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    if (!isOwnPage(request.url) || request.method !== 'GET') return answer(404, {}, 'Not here.');
    const { pathname, searchParams } = new URL(request.url);
    if (/^\/(images|previews|augmented)\//.test(pathname)) {
      const image = await options.readImage(pathname, searchParams.has('thumbnail'));
      return image === null ? answer(404, {}, 'There is no such image.') : answerImage(request, image);
    }
    const file = await readRendererFile(options.rendererFolder, pathname);
    if (file === null) return answer(404, {}, 'There is no such page.');
    return answer(200, { 'Content-Type': file.mediaType }, file.bytes);
  };
}

function answerImage(request: Request, { mediaType, bytes, tag }: ImageBytes): Response {
  const headers = { 'Content-Type': mediaType, 'Cache-Control': 'private, no-cache', ETag: `"${tag}"` };
  return request.headers.get('if-none-match') === headers.ETag
    ? answer(304, headers, null)
    : answer(200, headers, bytes);
}

const answer = (
  status: number,
  headers: Readonly<Record<string, string>>,
  body: ConstructorParameters<typeof Response>[0],
): Response => new Response(body, { status, headers: { ...SAFETY_HEADERS, ...headers } });
