import { isStream, type ApiRequest, type ApiResponse } from '@navarch/apimachinery';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const gzipped = promisify(gzip);

/** MIN_BYTES is upstream's bound: below it, packing costs more than it saves. */
const MIN_BYTES = 128 * 1024;
/** LEVEL 1 is the fastest; JSON shrinks to about a tenth already. */
const LEVEL = 1;

/** packed keeps what was packed of documents that are answered again and again: those with an ETag. */
const packed = new WeakMap<Buffer, Promise<Buffer>>();

/** isCompressible tells whether an answer is long and its asker takes gzip. Cheap: short answers are looked at once. */
export function isCompressible({ headers: asked }: ApiRequest, { body, headers }: ApiResponse): boolean {
  if (isStream(body) || sizeOf(body) < MIN_BYTES || headers['content-encoding'] !== undefined) return false;
  return asked['accept-encoding'] !== undefined && acceptsGzip(asked['accept-encoding']);
}

/** compressed is the answer packed with gzip, outside the main thread. */
export async function compressed(response: ApiResponse): Promise<ApiResponse> {
  const bytes = Buffer.isBuffer(response.body) ? response.body : Buffer.concat(response.body as readonly Buffer[]);
  const { vary } = response.headers;
  return {
    ...response,
    headers: {
      ...response.headers,
      'content-encoding': 'gzip',
      vary: vary === undefined ? 'Accept-Encoding' : `${vary}, Accept-Encoding`,
    },
    body: await (response.headers['etag'] === undefined ? gzipped(bytes, { level: LEVEL }) : packedOnce(bytes)),
  };
}

/** sizeOf counts a body's bytes. */
export function sizeOf(body: Buffer | readonly Buffer[]): number {
  if (Buffer.isBuffer(body)) return body.length;
  let size = 0;
  for (const part of body) size += part.length;
  return size;
}

/** acceptsGzip reads an Accept-Encoding header. */
export function acceptsGzip(header: string): boolean {
  return header.split(',').some(clause => {
    const [coding = '', ...parameters] = clause.split(';').map(part => part.trim().toLowerCase());
    return (coding === 'gzip' || coding === '*') && !parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter));
  });
}

function packedOnce(bytes: Buffer): Promise<Buffer> {
  let known = packed.get(bytes);
  if (!known) packed.set(bytes, (known = gzipped(bytes, { level: LEVEL })));
  return known;
}
