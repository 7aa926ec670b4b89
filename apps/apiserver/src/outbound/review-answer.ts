import { isRecord, parseApiVersion } from '@navarch/apimachinery';
import {
  apiVersionText,
  bodyType,
  completeType,
  notAnObject,
  notRegistered,
  readBody,
} from '@navarch/apiserver-runtime';

/** Review is what a webhook is asked with. */
export interface Review {
  readonly kind: string;
  readonly apiVersion: string;
  readonly request: object;
}

const VERSIONS = ['v1', 'v1beta1'];
/** SCHEME is where reviews are known, as messages name it. */
const SCHEME = 'k8s.io/apiserver/pkg/util/webhook/client.go:71';

/**
 * reviewAnswer reads what a webhook answered, JSON or YAML. What says nothing of its type counts as such a review; it throws an Error in the API's words
 * for what is no object, and for one of another type. Pure.
 */
export function reviewAnswer(body: Buffer, { apiVersion, kind }: Pick<Review, 'kind' | 'apiVersion'>): unknown {
  const { value } = readBody(body, looksLikeJson(body) ? 'json' : 'yaml', false);
  if (!isRecord(value)) throw new Error(notAnObject(value));
  const asked = { kind, ...parseApiVersion(apiVersion)! };
  const type = completeType(bodyType(value), asked);
  const given = apiVersionText(type);
  if (type.kind === kind && given === apiVersion) return value;
  if (type.kind !== kind || type.group !== asked.group || !VERSIONS.includes(type.version))
    throw new Error(notRegistered(type.kind, given, SCHEME));
  throw new Error(`converting (${type.version}.${kind}) to (${asked.version}.${kind}): unknown conversion`);
}

const looksLikeJson = (body: Buffer): boolean => body.toString('latin1', 0, 64).trimStart().startsWith('{');
