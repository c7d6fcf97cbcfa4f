import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CountenanceError, type ErrorCode, toErrorRecord } from '../../shared/errors.ts';
import { AUGMENTED_PATH, augmentedFrom } from '../api/augmented-face.ts';
import type { Backend } from '../api/backend.ts';
import { readRendererFile } from '../api/renderer-files.ts';
import { send, sendImage, sendJson, sendPage } from './answers.ts';
import { isOurOrigin } from './origin.ts';
import type { Uploads } from './uploads.ts';

export interface RouteOptions {
  readonly backend: Backend;
  readonly rendererFolder: string;
  readonly uploads: Uploads;
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

const STATUS: Partial<Record<ErrorCode, number>> = { USAGE: 400, NOT_FOUND: 404, CONFLICT: 409, IMPORT: 422 };

/** Answers one request that has already proved its session: images, previews, uploads and the renderer's files. */
export async function answerRequest(call: Call, options: RouteOptions): Promise<void> {
  const { request, response, url } = call;
  try {
    if (request.method === 'POST') return await answerPost(call, options);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return send(request, response, 405, { Allow: 'GET, HEAD, POST' }, '');
    }
    const image = /^\/images\/(\d{1,15})$/.exec(url.pathname);
    if (image !== null) {
      const variant = url.searchParams.has('thumbnail') ? 'thumbnail' : 'full';
      return sendImage(request, response, await options.backend.image(Number(image[1]), variant));
    }
    const preview = /^\/previews\/([\w-]{1,64})\/(\d{1,9})$/.exec(url.pathname);
    if (preview !== null) {
      return sendImage(request, response, await options.backend.previewFace(preview[1]!, Number(preview[2])));
    }
    const augmented = AUGMENTED_PATH.exec(url.pathname);
    if (augmented !== null) {
      return sendImage(request, response, await options.backend.augmentedFace(augmentedFrom(augmented)));
    }
    return await answerFile(call, options);
  } catch (error) {
    answerError(call, error, options);
  }
}

async function answerPost({ request, response, url }: Call, { uploads }: RouteOptions): Promise<void> {
  const upload = /^\/uploads\/([\w-]{1,64})$/.exec(url.pathname);
  if (upload === null) return sendPage(request, response, 404, 'There is nothing to post to here.');
  if (!isOurOrigin(request)) return sendPage(request, response, 403, 'This request came from another site.');
  const stored = await uploads.receive(upload[1]!, url.searchParams.get('path') ?? '', request);
  sendJson(request, response, 200, stored);
}

async function answerFile({ request, response, url }: Call, { rendererFolder }: RouteOptions): Promise<void> {
  const reserved = /^\/(images|previews|augmented|uploads|rpc)(\/|$)/.test(url.pathname);
  const file = reserved ? null : await readRendererFile(rendererFolder, url.pathname);
  if (file === null) return sendPage(request, response, 404, 'There is no such page.');
  const caching = file.lasting ? 'private, max-age=31536000, immutable' : 'no-cache';
  send(request, response, 200, { 'Content-Type': file.mediaType, 'Cache-Control': caching }, file.bytes);
}

function answerError({ request, response, url }: Call, error: unknown, { backend }: RouteOptions): void {
  const record = toErrorRecord(error as CountenanceError);
  const status = STATUS[record.code] ?? 500;
  if (status === 500) backend.log.error({ err: error, path: url.pathname }, 'a request failed');
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // What is left of a refused upload is not read: the connection ends with the answer.
  if (request.method === 'POST') response.setHeader('Connection', 'close');
  sendJson(request, response, status, { error: record });
}
