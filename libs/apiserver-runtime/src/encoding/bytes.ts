import type { ApiResponse } from '@navarch/apimachinery';
import { mediaTypes, type Media } from '../negotiate';
import type { Shape } from './shape';
import { yamlText } from './yaml';

const NEWLINE = Buffer.from('\n');

/** answer wraps encoded bytes into a response. */
export function answer(
  status: number,
  media: Media,
  body: Buffer | readonly Buffer[],
  headers?: Readonly<Record<string, string>>,
): ApiResponse {
  return {
    status,
    headers: { 'content-type': mediaTypes[media], 'cache-control': 'no-cache, private', ...headers },
    body,
  };
}

/** answerJson answers JSON bytes as the shape asks: as they are, indented, or as YAML. */
export function answerJson(status: number, shape: Shape, json: Buffer): ApiResponse {
  if (shape.media === 'yaml') return answer(status, 'yaml', Buffer.from(yamlText(JSON.parse(json.toString()))));
  if (shape.pretty) return answer(status, 'json', Buffer.from(JSON.stringify(JSON.parse(json.toString()), null, 2)));
  return answer(status, 'json', [json, NEWLINE]);
}

const COMMA = 0x2c;
const OPEN = 0x7b;

/**
 * joinItems makes one buffer of a JSON list: head, items separated by commas, tail. Of each item the first `skip` bytes are
 * replaced by `{`: that drops kind and apiVersion, which items of typed lists do not carry. Copies each byte once.
 */
export function joinItems(head: Buffer, items: readonly Buffer[], skip: number, tail: Buffer): Buffer {
  let size = head.length + tail.length + Math.max(0, items.length - 1);
  for (const item of items) size += skip ? item.length - skip + 1 : item.length;
  const out = Buffer.allocUnsafe(size);
  let at = head.copy(out, 0);
  for (let i = 0; i < items.length; i++) {
    if (i > 0) out[at++] = COMMA;
    if (skip) out[at++] = OPEN;
    at += items[i]!.copy(out, at, skip);
  }
  tail.copy(out, at);
  return out;
}
