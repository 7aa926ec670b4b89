import { open } from 'node:fs/promises';
import type { ApiHandler, ApiResponse, ByteSink } from '@navarch/apimachinery';
import { itemOf } from '@navarch/base';
import { AnswerError, answered, text, writerTo } from './answers';

const CHUNK = 64 * 1024;

/**
 * nodeLogs serves the files below a directory at `prefix`, which ends in a slash; a directory is a page of links to what is in it. Links may
 * not lead out of it: a pod can make some where its logs are.
 */
export function nodeLogs(prefix: string, root: string): ApiHandler {
  return ({ method, path }) =>
    answered(async () => {
      if (method !== 'GET' && method !== 'HEAD') throw new AnswerError(405, 'Method Not Allowed\n');
      const found = await itemOf(root, decode(path.slice(prefix.length)));
      if (!found) throw new AnswerError(404, '404 page not found\n');
      return 'page' in found ? text(200, found.page, 'text/html; charset=utf-8') : fileAnswer(found.file, found.size);
    });
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new AnswerError(400, 'invalid URL path\n');
  }
}

/** fileAnswer sends as much as the file had when it was asked for; a log that grows meanwhile is not followed. */
function fileAnswer(file: string, size: number): ApiResponse {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  const start = (sink: ByteSink) =>
    void send(file, size, sink)
      .catch(() => undefined)
      .finally(() => sink.end());
  return { status: 200, headers, body: { start } };
}

/** send reads at the reader's pace. Rejects when the file cannot be read any more: the answer then ends early. */
async function send(file: string, size: number, sink: ByteSink): Promise<void> {
  const write = writerTo(sink);
  const handle = await open(file);
  try {
    for (let at = 0; at < size;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(CHUNK, size - at)), 0, null, at);
      if (!bytesRead || !(await write(buffer.subarray(0, bytesRead)))) return;
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
