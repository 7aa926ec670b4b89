import { badRequest, decodeJson, type StatusError } from '@navarch/apimachinery';

/**
 * ContinueToken is where a list goes on: behind a key (relative to what the list reads: a resource or its objects in a namespace), at a
 * revision (-1: the present one).
 */
export interface ContinueToken {
  readonly key: string;
  readonly revision: number;
}

const VERSION = 'meta.k8s.io/v1';
const AFTER = '\0';

/** encodeContinue makes the opaque token: base64url of `{"v","rv","start"}`, as Kubernetes does. */
export function encodeContinue({ key, revision }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: key + AFTER })).toString('base64url');
}

/** decodeContinue reads a token; 400 for what is none. */
export function decodeContinue(token: string): ContinueToken {
  const illegal = illegalByte(token);
  if (illegal >= 0) throw invalid(`illegal base64 data at input byte ${illegal}`);
  const value = valueOf(token);
  const { v, rv, start } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  for (const [name, wanted, given] of [
    ['v', 'string', v],
    ['rv', 'number', rv],
    ['start', 'string', start],
  ] as const) {
    if (given == null || typeof given === wanted) continue;
    const goType = wanted === 'number' ? 'int64' : 'string';
    throw invalid(
      `json: cannot unmarshal ${typeof given} into Go struct field continueToken.${name} of type ${goType}`,
    );
  }
  if (v !== VERSION) throw invalid(`server does not recognize this encoded version ${JSON.stringify(v ?? '')}`);
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0)
    throw invalid('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') throw invalid('encoded start key empty (version meta.k8s.io/v1)');
  const from = start.startsWith('/') ? start.slice(1) : start;
  const key = from.endsWith(AFTER) ? from.slice(0, -1) : from;
  // Nothing above what the list reads can be reached.
  if (key.split('/').some(part => part === '' || part === '.' || part === '..')) throw invalid(start);
  return { key, revision: rv };
}

/** illegalByte is where text stops being base64url without padding; -1 for what is. A lone last character is none either. */
function illegalByte(text: string): number {
  const at = text.search(/[^A-Za-z0-9_-]/);
  return at < 0 && text.length % 4 === 1 ? text.length - 1 : at;
}

function invalid(why: string): StatusError {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}

function valueOf(token: string): unknown {
  try {
    return decodeJson(Buffer.from(token, 'base64url')).value;
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

/** STALE_CONTINUE is the message of the 410 for a token whose revision is gone; the answer's metadata carries a token that goes on regardless. */
export const STALE_CONTINUE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the ' +
  'continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with ' +
  'the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the ' +
  'first chunk was returned and now may show up in the list.';
