import type { ApiResponse } from '@navarch/apimachinery';
import type { IncomingMessage } from 'node:http';
import { pipeline, Transform, type Readable } from 'node:stream';
import { createUnzip } from 'node:zlib';
import { relay, streamOf } from '../kubelet/stream-body';
import { rewriteLinks } from './links';

/** MAX_PAGE_BYTES: what is longer goes on as it comes, its links as they are. */
const MAX_PAGE_BYTES = 1024 * 1024;
const UNDERSTOOD = ['', 'identity', 'gzip', 'deflate'];

/**
 * relayRewritten passes a backend's answer on with what leads back to the backend led through the proxy: a redirect, and the links of
 * an HTML page. A page that was compressed goes on plain.
 */
export function relayRewritten(response: IncomingMessage, rewrite: (link: string) => string): ApiResponse {
  const answer = relay(response);
  const { location } = answer.headers;
  const headers: Record<string, string> = { ...answer.headers, ...(location && { location: rewrite(location) }) };
  if (!isPage(response)) return { ...answer, headers };
  const { 'content-encoding': encoding, 'content-length': _length, ...kept } = headers;
  return { ...answer, headers: kept, body: streamOf(rewritten(response, isPacked(encoding), rewrite)) };
}

const isPacked = (encoding = '') => encoding === 'gzip' || encoding === 'deflate';

function isPage({ headers, req }: IncomingMessage & { readonly req?: { readonly method?: string } }): boolean {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return type === 'text/html' && req?.method !== 'HEAD' && UNDERSTOOD.includes(headers['content-encoding'] ?? '');
}

/** rewritten reads the page byte by byte as Latin-1: links and tags are ASCII, and nothing else is touched. */
function rewritten(response: Readable, packed: boolean, rewrite: (link: string) => string): Readable {
  let page: Buffer[] | undefined = [];
  let size = 0;
  const rewriter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!page) return done(null, chunk);
      page.push(chunk);
      size += chunk.length;
      if (size <= MAX_PAGE_BYTES) return done();
      const soFar = Buffer.concat(page);
      page = undefined;
      done(null, soFar);
    },
    flush(done) {
      if (!page) return done();
      done(null, Buffer.from(rewriteLinks(Buffer.concat(page).toString('latin1'), rewrite), 'latin1'));
    },
  });
  // A failure ends the answer: its beginning is on its way already.
  const failed = () => undefined;
  if (packed) pipeline(response, createUnzip(), rewriter, failed);
  else pipeline(response, rewriter, failed);
  return rewriter;
}
