import { isStream, type ApiResponse } from '@navarch/apimachinery';
import type { Field } from '@navarch/http2';
import { sizeOf } from './compression';

/** lengthOf announces a body whose length is known. One that was not modified is not sent, and its length is another's. */
export function lengthOf({ status, body }: ApiResponse): { 'content-length'?: string } {
  return isStream(body) || status === 304 ? {} : { 'content-length': String(sizeOf(body)) };
}

/** fieldsOf is the head of an answer by HTTP/2. */
export function fieldsOf(response: ApiResponse): Field[] {
  const fields: Field[] = [{ name: ':status', value: String(response.status) }];
  const { headers } = response;
  const length = lengthOf(response)['content-length'];
  for (const name in headers) {
    if (name !== 'content-length' || length === undefined) fields.push({ name, value: headers[name]! });
  }
  if (length !== undefined) fields.push({ name: 'content-length', value: length });
  if (headers['date'] === undefined) fields.push({ name: 'date', value: httpDate() });
  return fields;
}

let date = '';
let dateUntil = 0;

/** httpDate is the time, as HTTP writes it: to the second. */
function httpDate(): string {
  const now = Date.now();
  if (now >= dateUntil) {
    date = new Date(now).toUTCString();
    dateUntil = now - (now % 1000) + 1000;
  }
  return date;
}
