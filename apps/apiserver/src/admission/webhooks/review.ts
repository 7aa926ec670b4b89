import type { admissionv1 } from '@navarch/api';
import { isRecord, parseApiVersion, StatusError, type KubeObject } from '@navarch/apimachinery';
import { randomUUID } from 'node:crypto';
import type { Review } from '../../outbound/review-answer';
import { describeRequest, type Versioned } from '../matching/versioned';

const VERSIONS = ['v1', 'v1beta1'];

/** reviewVersion is the first AdmissionReview version of a webhook that we speak. */
export function reviewVersion(accepted: readonly string[]): string | undefined {
  return accepted.find(version => VERSIONS.includes(version));
}

/** buildReview asks about a write as an AdmissionReview. */
export function buildReview(versioned: Versioned, version: string): { uid: string; review: Review } {
  const uid = randomUUID();
  const { object, oldObject } = versioned;
  const { dryRun, options, ...asked } = describeRequest(versioned);
  const request = { uid, ...asked, object, oldObject, dryRun, options };
  return { uid, review: { kind: 'AdmissionReview', apiVersion: `admission.k8s.io/${version}`, request } };
}

/** InvalidResponse is thrown for a webhook's answer that is none. */
export class InvalidResponse extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'InvalidResponse';
  }
}

/** JSON_PATCH is the one kind of patch that there is; reviews before v1 did not say so. */
export const JSON_PATCH = 'JSONPatch';

/** Verdict is a webhook's answer that was understood. */
export interface Verdict {
  readonly allowed: boolean;
  readonly status: admissionv1.AdmissionResponse['status'];
  /** patch is the text of a JSON patch. */
  readonly patch: Buffer | undefined;
  /** patchType is what kind of patch it is said to be. */
  readonly patchType: string;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** parseVerdict reads a webhook's answer; it throws an Error for what cannot be read, an InvalidResponse for what must not be said. Pure. */
export function parseVerdict(value: unknown, uid: string, version: string, mutating: boolean): Verdict {
  const review = (isRecord(value) ? value : {}) as Partial<admissionv1.AdmissionReview> & KubeObject;
  const { response } = review;
  if (!response) throw new InvalidResponse('webhook response was absent');
  checkTypes(response);
  if (version === 'v1') {
    if (response.uid !== uid)
      throw new InvalidResponse(
        `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`,
      );
    const { group, version: answered } = parseApiVersion(review.apiVersion ?? '') ?? { group: '', version: '' };
    const kind = `${group}/${answered}, Kind=${review.kind ?? ''}`;
    if (kind !== 'admission.k8s.io/v1, Kind=AdmissionReview')
      throw new InvalidResponse(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${kind}`);
    checkPatchType(response, mutating);
  }
  return {
    allowed: response.allowed === true,
    status: response.status,
    patchType: version === 'v1' ? (response.patchType ?? '') : JSON_PATCH,
    patch: mutating && response.patch ? Buffer.from(String(response.patch), 'base64') : undefined,
    warnings: response.warnings ?? [],
    auditAnnotations: response.auditAnnotations ?? {},
  };
}

const isText = (value: unknown) => typeof value === 'string';

/** TYPES are those of a response's fields, by Go's names; a webhook is free to answer anything. */
const TYPES: readonly (readonly [name: string, type: string, holds: (value: unknown) => boolean])[] = [
  ['uid', 'types.UID', isText],
  ['allowed', 'bool', value => typeof value === 'boolean'],
  ['status', 'v1.Status', isRecord],
  ['patch', '[]uint8', isText],
  ['patchType', 'v1.PatchType', isText],
  ['auditAnnotations', 'map[string]string', value => isRecord(value) && Object.values(value).every(isText)],
  ['warnings', '[]string', value => Array.isArray(value) && value.every(isText)],
];
const STATUS_TYPES: typeof TYPES = [
  ['code', 'int32', Number.isInteger],
  ['reason', 'v1.StatusReason', isText],
  ['message', 'string', isText],
  ['details', 'v1.StatusDetails', isRecord],
];

function checkTypes(response: object): void {
  const check = (object: object, at: string, types: typeof TYPES) => {
    for (const [name, type, holds] of types) {
      const value = (object as Record<string, unknown>)[name] ?? undefined;
      if (value !== undefined && !holds(value))
        throw new Error(`json: cannot unmarshal Go struct field AdmissionResponse.${at}.${name} of type ${type}`);
    }
  };
  if (!isRecord(response)) throw new Error('json: cannot unmarshal Go struct field AdmissionReview.response');
  check(response, 'response', TYPES);
  check(response['status'] ?? {}, 'response.status', STATUS_TYPES);
}

/** checkPatchType: a patch comes with its type, and only from webhooks that may change things. */
function checkPatchType({ patch, patchType }: admissionv1.AdmissionResponse, mutating: boolean): void {
  if (!mutating) {
    if (patch) throw new InvalidResponse('validating webhook may not return response.patch');
    if (patchType != null) throw new InvalidResponse('validating webhook may not return response.patchType');
    return;
  }
  if (patch && patchType == null)
    throw new InvalidResponse('webhook returned response.patch but not response.patchType');
  if (!patch && patchType != null)
    throw new InvalidResponse('webhook returned response.patchType but not response.patch');
  if (patchType === '')
    throw new InvalidResponse(`webhook returned invalid response.patchType of ${JSON.stringify(patchType)}`);
}

/** MAX_CODE is the greatest code that HTTP can say. */
const MAX_CODE = 999;

/** denied is the error of a webhook that says no: in its own words, with a code that is a failure's. */
export function denied(name: string, status: Verdict['status']): StatusError {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const words = status?.message || status?.reason;
  const code = status?.code && status.code >= 400 && status.code <= MAX_CODE ? status.code : 400;
  return new StatusError(
    code,
    status?.reason ?? '',
    words ? `${by}: ${words}` : `${by} without explanation`,
    status?.details as StatusError['details'],
  );
}
