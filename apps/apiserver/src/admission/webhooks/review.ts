import type { admissionv1 } from '@navarch/api';
import { StatusError, apiVersionOf, type KubeObject } from '@navarch/apimachinery';
import type { AdmissionAttributes } from '@navarch/apiserver-runtime';
import { randomUUID } from 'node:crypto';

const VERSIONS = ['v1', 'v1beta1'];

/** reviewVersion is the first AdmissionReview version of a webhook that we speak. */
export function reviewVersion(accepted: readonly string[]): string | undefined {
  return accepted.find(version => VERSIONS.includes(version));
}

/** buildReview asks about a write as an AdmissionReview. */
export function buildReview(attributes: AdmissionAttributes, version: string): { uid: string; review: object } {
  const { kind, resource, requested, subresource, user } = attributes;
  const uid = randomUUID();
  const sub = subresource ? { subResource: subresource, requestSubResource: subresource } : {};
  const request = {
    uid,
    kind,
    resource,
    ...sub,
    requestKind: { ...kind, ...requested },
    requestResource: { ...resource, ...requested },
    ...(attributes.name && { name: attributes.name }),
    ...(attributes.namespace && { namespace: attributes.namespace }),
    operation: attributes.operation,
    userInfo: {
      username: user.name,
      ...(user.uid && { uid: user.uid }),
      groups: user.groups,
      ...(user.extra && { extra: user.extra }),
    },
    object: withType(attributes, attributes.object),
    oldObject: withType(attributes, attributes.oldObject),
    dryRun: attributes.dryRun,
    options: Object.keys(attributes.options).length ? attributes.options : null,
  };
  return { uid, review: { kind: 'AdmissionReview', apiVersion: `admission.k8s.io/${version}`, request } };
}

function withType({ kind }: AdmissionAttributes, object: KubeObject | undefined): KubeObject | null {
  return object
    ? { ...object, kind: object.kind ?? kind.kind, apiVersion: object.apiVersion ?? apiVersionOf(kind) }
    : null;
}

/** Verdict is a webhook's answer that was understood. */
export interface Verdict {
  readonly allowed: boolean;
  readonly status: admissionv1.AdmissionResponse['status'];
  /** patch is a JSON patch. */
  readonly patch: object[] | undefined;
  readonly warnings: readonly string[];
}

/** parseVerdict reads a webhook's answer; it throws an Error that says what is wrong with it. Pure. */
export function parseVerdict(value: unknown, uid: string, version: string): Verdict {
  const review = value as (Partial<admissionv1.AdmissionReview> & KubeObject) | null;
  const response = review?.response;
  if (!response) throw new Error('webhook response was absent');
  if (version === 'v1') {
    if (response.uid !== uid)
      throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
    if (review.kind !== 'AdmissionReview' || review.apiVersion !== 'admission.k8s.io/v1') {
      throw new Error(
        `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${review.apiVersion}, Kind=${review.kind}`,
      );
    }
    if (response.patch && response.patchType !== 'JSONPatch')
      throw new Error(`webhook returned response.patch but not response.patchType JSONPatch`);
  }
  const patch = response.patch
    ? (JSON.parse(Buffer.from(String(response.patch), 'base64').toString('utf8')) as object[])
    : undefined;
  return { allowed: response.allowed === true, status: response.status, patch, warnings: response.warnings ?? [] };
}

/** denied is the error of a webhook that says no: in its own words, with a code that is a failure's. */
export function denied(name: string, status: Verdict['status']): StatusError {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const words = status?.message || status?.reason;
  const code = status?.code && status.code >= 400 ? status.code : 400;
  return new StatusError(
    code,
    status?.reason ?? '',
    words ? `${by}: ${words}` : `${by} without explanation`,
    status?.details as StatusError['details'],
  );
}
