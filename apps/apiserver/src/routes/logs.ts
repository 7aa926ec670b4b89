import type { ApiResponse } from '@navarch/apimachinery';
import { textResponse, type OpenApiOperation, type Route } from '@navarch/apiserver-runtime';
import { itemOf } from '@navarch/base';
import { createReadStream } from 'node:fs';
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
  const name = decoded(path.slice(PATH.length));
  const found = name === undefined ? undefined : await itemOf(folder, name);
  if (!found) return missing();
  if ('page' in found) return { status: 200, headers: headersOf('html'), body: Buffer.from(found.page) };
  return { status: 200, headers: headersOf('plain'), body: streamOf(createReadStream(found.file)) };
}

/** decoded is a path without its escapes; undefined if they are wrong. */
function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

const headersOf = (type: string) => ({ 'content-type': `text/${type}; charset=utf-8`, 'cache-control': NO_CACHE });

const missing = () => textResponse(404, '404 page not found\n', { 'x-content-type-options': 'nosniff' });
