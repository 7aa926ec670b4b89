import type { ApiHandler, ApiResponse } from '@navarch/apimachinery';
import { compilePattern } from '@navarch/schema';

/** BrowserOptions are what browsers are told. */
export interface BrowserOptions {
  /** isAllowed tells whether pages of an origin may read answers; none may unless given. */
  readonly isAllowed: ((origin: string) => boolean) | undefined;
  /** strictTransport is how long browsers shall come by HTTPS only; they are not told unless given. */
  readonly strictTransport: string | undefined;
}

/** originMatcher compiles --cors-allowed-origins: patterns in Go's syntax, of which one has to be found in an origin. An Error names the flag. */
export function originMatcher(sources: readonly string[]): BrowserOptions['isAllowed'] {
  if (!sources.length) return undefined;
  try {
    const patterns = sources.map(compilePattern);
    return origin => patterns.some(pattern => pattern.found(origin));
  } catch (error) {
    throw new Error(`--cors-allowed-origins: ${(error as Error).message}`, { cause: error });
  }
}

const DIRECTIVE = /^(max-age=\d+|includeSubDomains|preload)$/;

/** strictTransport checks --strict-transport-security-directives; an Error names the flag. */
export function strictTransport(directives: readonly string[]): string | undefined {
  if (!directives.every(directive => DIRECTIVE.test(directive)))
    throw new Error('--strict-transport-security-directives: known are max-age=SECONDS, includeSubDomains, preload');
  return directives.length ? directives.join('; ') : undefined;
}

const ALLOWED = {
  'access-control-allow-methods': 'POST, GET, OPTIONS, PUT, DELETE, PATCH',
  'access-control-allow-headers':
    'Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, X-Requested-With, If-Modified-Since',
  'access-control-expose-headers': 'Date',
  'access-control-allow-credentials': 'true',
};
const PREFLIGHT: ApiResponse = {
  status: 204,
  headers: { 'cache-control': 'no-cache, private' },
  body: Buffer.alloc(0),
};

/**
 * withBrowserHeaders adds to answers what browsers want to know. A page of an allowed origin that asks beforehand (OPTIONS) is answered
 * at once, whoever it is.
 */
export function withBrowserHeaders(handler: ApiHandler, options: BrowserOptions): ApiHandler {
  const { isAllowed, strictTransport } = options;
  if (!isAllowed && strictTransport === undefined) return handler;
  const always: Readonly<Record<string, string>> =
    strictTransport === undefined ? {} : { 'strict-transport-security': strictTransport };
  return async request => {
    const { origin } = request.headers;
    const isKnown = origin !== undefined && origin !== '' && isAllowed?.(origin) === true;
    const added = isKnown ? { ...always, 'access-control-allow-origin': origin, ...ALLOWED } : always;
    const response = isKnown && request.method === 'OPTIONS' ? PREFLIGHT : await handler(request);
    return { ...response, headers: { ...response.headers, ...added } };
  };
}
