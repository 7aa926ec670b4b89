import type { ApiResponse } from '@navarch/apimachinery';
import { textResponse, type OpenApiOperation, type Route } from '@navarch/apiserver-runtime';
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { streamOf } from '../kubelet/stream-body';

const PATH = '/logs';
const NO_CACHE = 'no-cache, private';

const OPERATIONS: readonly OpenApiOperation[] = [
  { path: `${PATH}/`, method: 'get', id: 'logFileListHandler', tag: 'logs', parameters: [], answers: {} },
  {
    ...{ path: `${PATH}/{logpath}`, method: 'get', id: 'logFileHandler', tag: 'logs', answers: {} },
    parameters: [{ name: 'logpath', in: 'path', type: 'string', description: 'path to the log' }],
  },
];

/** logsRoute shows this host's log folder to who may read the path `/logs`: folders as lists, files as they are. */
export function logsRoute(folder: string): Route {
  return {
    ...{ path: PATH, prefix: true, methods: ['GET'], produces: [], operations: OPERATIONS },
    handle: ({ info }) => logs(folder, info.path),
  };
}

async function logs(folder: string, path: string): Promise<ApiResponse> {
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, decodeURIComponent(path.slice(PATH.length))));
    // Links may lead out of the folder: what counts is where they end.
    if (file !== root && !file.startsWith(root + sep)) return missing();
    const found = await stat(file);
    if (found.isDirectory()) return await listing(file);
    if (!found.isFile()) return missing();
    return {
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': NO_CACHE },
      body: streamOf(createReadStream(file)),
    };
  } catch {
    return missing();
  }
}

async function listing(folder: string): Promise<ApiResponse> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.map(entry => entry.name + (entry.isDirectory() ? '/' : '')).sort();
  const lines = names.map(name => `<a href="${encodeURI(name)}">${escaped(name)}</a>\n`);
  const body = Buffer.from(`<pre>\n${lines.join('')}</pre>\n`);
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': NO_CACHE }, body };
}

const escaped = (text: string) => text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);

const missing = () => textResponse(404, '404 page not found\n', { 'x-content-type-options': 'nosniff' });
