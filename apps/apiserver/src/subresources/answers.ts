import { badRequest, parseApiVersion, type ApiResponse, type KubeObject } from '@navarch/apimachinery';
import type { RequestContext } from '@navarch/apiserver-runtime';

const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** json answers an object. */
export function json(status: number, object: object): ApiResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(`${JSON.stringify(object)}\n`) };
}

/** text answers plain text. */
export function text(status: number, body: string): ApiResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from(body) };
}

/** success is the Status of something done that has no object to show. */
export function success(code: number): ApiResponse {
  return json(code, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code });
}

/** readObject reads a request's body, which must be of the kind; the versions are those the subresource speaks. */
export async function readObject<T extends KubeObject>(context: RequestContext, group: string, kind: string): Promise<T> {
  const body = await context.request.body(MAX_BODY_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badRequest('the body must be an object');
  const object = value as T;
  const given = parseApiVersion(object.apiVersion ?? '');
  if ((object.kind && object.kind !== kind) || (given && given.group !== group)) {
    throw badRequest(`the body is a ${object.apiVersion} ${object.kind}, not a ${kind}`);
  }
  return object;
}

/** isDryRun tells whether the request asks for one. */
export function isDryRun({ query }: RequestContext): boolean {
  return query.getAll('dryRun').includes('All');
}
