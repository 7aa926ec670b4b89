import { StatusError, internalError, type ApiResponse, type GroupResource, type Status } from '@navarch/apimachinery';

const JSON_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'content-type': 'application/json',
  'cache-control': 'no-cache, private',
});

/** jsonResponse answers with a plain JSON document. */
export function jsonResponse(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: Buffer.from(`${JSON.stringify(body)}\n`) };
}

/** pathsResponse answers with the paths that there are, for people to read. */
export function pathsResponse(status: number, paths: readonly string[]): ApiResponse {
  return { status, headers: JSON_HEADERS, body: Buffer.from(JSON.stringify({ paths }, null, 2)) };
}

/** textResponse answers with plain text. */
export function textResponse(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache, private', ...headers },
    body: Buffer.from(text),
  };
}

/** statusResponse answers with a Status, with Retry-After where its details say so. */
export function statusResponse(status: Status): ApiResponse {
  const retry = status.details?.retryAfterSeconds;
  return jsonResponse(status.code, status, retry ? { 'retry-after': String(retry) } : {});
}

/** statusErrorOf is what an error means to the asker: StatusErrors as they are, anything else is an internal error. */
export function statusErrorOf(error: unknown): StatusError {
  return error instanceof StatusError ? error : internalError(error);
}

/** PlainTextError is answered as text with code 500, as upstream's filters do for requests that they cannot make sense of. */
export class PlainTextError extends Error {}

/** plainTextResponse is the answer for a PlainTextError. */
export function plainTextResponse(uri: string, { message }: PlainTextError): ApiResponse {
  const shown = uri.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return textResponse(500, `Internal Server Error: ${JSON.stringify(shown)}: ${message}\n`, {
    'x-content-type-options': 'nosniff',
  });
}

/** plainFailure is upstream's answer for an error without a reason of its own: code 500 and the bare message. */
export function plainFailure(message: string): StatusError {
  return new StatusError(500, '', message);
}

/** notFoundResource and methodNotAllowed are the answers for paths that no resource, or no verb of it, is served at. */
export const notFoundResource = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
export const methodNotAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

/** methodNotSupported is the 405 where there is a path for a verb that the resource does not have. */
export function methodNotSupported({ group, resource }: GroupResource, verb: string): StatusError {
  const message = `${verb} is not supported on resources of kind ${JSON.stringify(group ? `${resource}.${group}` : resource)}`;
  return new StatusError(405, 'MethodNotAllowed', message, { ...(group && { group }), kind: resource });
}

/** pageNotFound is the bare answer of a mux without a handler. */
export const pageNotFound = (): ApiResponse =>
  textResponse(404, '404 page not found\n', { 'x-content-type-options': 'nosniff' });
