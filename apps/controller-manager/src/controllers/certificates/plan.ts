import type { certificatesv1 } from '@navarch/api';
import { conditionOf, type RequestFacts } from './request';

type Csr = certificatesv1.CertificateSigningRequest;

export const CLIENT = 'kubernetes.io/kube-apiserver-client';
export const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';
export const KUBELET_SERVING = 'kubernetes.io/kubelet-serving';
export const LEGACY = 'kubernetes.io/legacy-unknown';
/** SIGNERS are the signers that this controller is. */
export const SIGNERS: readonly string[] = [CLIENT, KUBELET_CLIENT, KUBELET_SERVING, LEGACY];

const HOUR = 3_600_000;
const MINIMUM_SECONDS = 600;

/** Recognition is a request that may be approved without a person if its sender has the right to that subresource. */
export interface Recognition {
  readonly subresource: 'selfnodeclient' | 'nodeclient';
  readonly message: string;
}

/** recognize tells the client certificates of kubelets: for the sender itself, or by a bootstrap identity for a node. */
export function recognize(csr: Csr, facts: RequestFacts): Recognition[] {
  if (csr.spec.signerName !== KUBELET_CLIENT || kubeletClientProblem(facts, csr.spec.usages)) return [];
  const node: Recognition = {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  };
  if (csr.spec.username !== facts.commonName) return [node];
  const message = 'Auto approving self kubelet client certificate after SubjectAccessReview.';
  return [{ subresource: 'selfnodeclient', message }, node];
}

/** signingProblem is why a signer must not sign an approved request; undefined: it may. */
export function signingProblem(csr: Csr, facts: RequestFacts): string | undefined {
  const { signerName, usages } = csr.spec;
  switch (signerName) {
    case KUBELET_CLIENT:
      return kubeletClientProblem(facts, usages);
    case KUBELET_SERVING:
      return kubeletServingProblem(facts, usages);
    case CLIENT:
      return usagesProblem(usages, ['client auth'], ['digital signature', 'key encipherment']);
    case LEGACY:
      return undefined;
    default:
      return `no signer is called ${signerName}`;
  }
}

function kubeletProblem(facts: RequestFacts): string | undefined {
  if (facts.organizations.length !== 1 || facts.organizations[0] !== 'system:nodes')
    return 'subject organization is not system:nodes';
  if (!facts.commonName.startsWith('system:node:')) return 'subject common name does not begin with system:node:';
  return undefined;
}

function kubeletClientProblem(facts: RequestFacts, usages: readonly string[] | undefined): string | undefined {
  if (facts.dns.length) return 'DNS subjectAltNames are not allowed';
  if (facts.ips.length) return 'IP subjectAltNames are not allowed';
  return (
    kubeletProblem(facts) ??
    othersProblem(facts) ??
    usagesProblem(usages, ['digital signature', 'client auth'], ['key encipherment'])
  );
}

function kubeletServingProblem(facts: RequestFacts, usages: readonly string[] | undefined): string | undefined {
  if (!facts.dns.length && !facts.ips.length) return 'DNS or IP subjectAltName is required';
  return (
    kubeletProblem(facts) ??
    othersProblem(facts) ??
    usagesProblem(usages, ['digital signature', 'server auth'], ['key encipherment'])
  );
}

function othersProblem({ others }: RequestFacts): string | undefined {
  if (others.includes('email')) return 'Email subjectAltNames are not allowed';
  if (others.includes('url')) return 'URI subjectAltNames are not allowed';
  return others.length ? `subjectAltNames of type ${others[0]} are not allowed` : undefined;
}

function usagesProblem(
  usages: readonly string[] = [],
  required: readonly string[],
  optional: readonly string[],
): string | undefined {
  const wrong =
    required.some(usage => !usages.includes(usage)) ||
    usages.some(usage => !required.includes(usage) && !optional.includes(usage));
  return wrong ? 'usages did not match expected usages' : undefined;
}

/** isApproved: somebody said yes, and nobody said no. */
export const isApproved = (csr: Csr) => conditionOf(csr, 'Approved') !== undefined && !conditionOf(csr, 'Denied');

/** isToSign: approved for one of our signers and neither signed nor given up. */
export const isToSign = (csr: Csr) =>
  isApproved(csr) && !csr.status?.certificate && !conditionOf(csr, 'Failed') && SIGNERS.includes(csr.spec.signerName);

/** validity is from when until when (milliseconds) a certificate signed now is good: as long as asked, within the signer's limit and the CA's own end. */
export function validity(
  { spec }: Csr,
  limitMs: number,
  caEndMs: number,
  nowMs: number,
): { readonly from: number; readonly until: number } {
  const asked =
    spec.expirationSeconds === undefined ? limitMs : Math.max(MINIMUM_SECONDS, spec.expirationSeconds) * 1000;
  // A little of the past, for clocks that are behind.
  return { from: nowMs - 300_000, until: Math.min(nowMs + Math.min(asked, limitMs), caEndMs) };
}

/** expiry is when a request is to be deleted: an hour after a decision, a day without one, or when its certificate ends. */
export function expiry(csr: Csr, certificateEndMs: number | undefined): number {
  const times: number[] = [];
  for (const type of ['Denied', 'Failed', ...(csr.status?.certificate ? ['Approved'] : [])]) {
    const condition = conditionOf(csr, type);
    const since = condition?.lastUpdateTime ?? condition?.lastTransitionTime ?? csr.metadata?.creationTimestamp;
    if (condition && since) times.push(Date.parse(since) + HOUR);
  }
  // Nobody decided, or nobody signed what was approved.
  if (!times.length) times.push(Date.parse(csr.metadata?.creationTimestamp ?? '') + 24 * HOUR);
  if (certificateEndMs !== undefined) times.push(certificateEndMs);
  return Math.min(...times);
}
