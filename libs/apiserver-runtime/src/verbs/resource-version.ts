import { badRequest } from '@navarch/apimachinery';
import { plainFailure } from '../status-response';

const LARGEST = 2n ** 64n - 1n;

/** revisionOf reads the resourceVersion of an object: 0 for none. What is no number is upstream's bare 500. */
export function revisionOf(resourceVersion: string): number {
  return parsed(resourceVersion, why => plainFailure(why));
}

/** namesRevision tells whether a resourceVersion is that of some revision; what is no number is that of none. */
export function namesRevision(resourceVersion: string): boolean {
  if (!/^\d{1,20}$/.test(resourceVersion)) return false;
  const revision = BigInt(resourceVersion);
  return revision > 0n && revision <= LARGEST;
}

/**
 * askedRevision reads the resourceVersion of a query: 0 for none. What is no number is a bare 500 that names the field, or a 400 where the
 * answer comes from etcd (`'store'`), whose messages differ upstream.
 */
export function askedRevision(resourceVersion: string, from: 'cache' | 'store'): number {
  return parsed(resourceVersion, why => {
    const finding = `resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: ${why}`;
    return from === 'cache' ? plainFailure(finding) : badRequest(`invalid resource version: ${finding}`);
  });
}

function parsed(text: string, refusal: (why: string) => Error): number {
  if (text === '' || text === '0') return 0;
  const isNumber = /^\d+$/.test(text);
  if (isNumber && (text.length < 20 || (text.length === 20 && BigInt(text) <= LARGEST))) return Number(text);
  const why = isNumber ? 'value out of range' : 'invalid syntax';
  throw refusal(`strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
}
