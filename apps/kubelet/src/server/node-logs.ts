import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ApiHandler, ApiResponse, ByteSink } from '@navarch/apimachinery';
import { AnswerError, answered, text, writerTo } from './answers';

const CHUNK = 64 * 1024;

/**
 * nodeLogs serves the files below a directory at `prefix`, which ends in a slash; a directory is a page of links to what is in it. Links may
 * not lead out of it: a pod can make some where its logs are.
 */
export function nodeLogs(prefix: string, root: string): ApiHandler {
  return ({ method, path: asked }) =>
    answered(async () => {
      if (method !== 'GET' && method !== 'HEAD') throw new AnswerError(405, 'Method Not Allowed\n');
      const file = await within(root, decode(asked.slice(prefix.length)));
      const found = await stat(file).catch(notFound);
      if (found.isFile()) return fileAnswer(file, found.size);
      if (!found.isDirectory()) return notFound();
      return text(200, await listing(file), 'text/html; charset=utf-8');
    });
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new AnswerError(400, 'invalid URL path\n');
  }
}

async function within(root: string, name: string): Promise<string> {
  if (name.includes('\0')) throw new AnswerError(400, 'invalid URL path\n');
  const top = await realpath(root).catch(notFound);
  const file = await realpath(path.join(top, name)).catch(notFound);
  if (file !== top && !file.startsWith(`${top}/`)) return notFound();
  return file;
}

function notFound(): never {
  throw new AnswerError(404, '404 page not found\n');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

async function listing(directory: string): Promise<string> {
  const entries = await readdir(directory, { withFileTypes: true });
  const links = entries
    .map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort()
    .map(name => {
      const shown = name.replace(/[&<>"']/g, character => ESCAPES[character]!);
      return `<a href="${name.split('/').map(encodeURIComponent).join('/')}">${shown}</a>\n`;
    });
  return `<pre>\n${links.join('')}</pre>\n`;
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
