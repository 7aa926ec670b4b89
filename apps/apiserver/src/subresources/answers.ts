import type { ApiResponse } from '@navarch/apimachinery';
import { respondObject, type RequestContext } from '@navarch/apiserver-runtime';

/** json answers plain JSON that is no object of the API. */
export function json(status: number, object: object): ApiResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(`${JSON.stringify(object)}\n`) };
}

/** text answers plain text. */
export function text(status: number, body: string): ApiResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from(body) };
}

/** created is the Status of something done that has no object to show. */
export function created(context: RequestContext): ApiResponse {
  return respondObject(context, 201, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  } as object);
}
