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
      return clientUsagesProblem(usages);
    case LEGACY:
      return undefined;
    default:
      return `no signer is called ${signerName}`;
  }
}

const noNodesProblem = ({ organizations }: RequestFacts) =>
  organizations.length === 1 && organizations[0] === 'system:nodes'
    ? undefined
    : 'subject organization is not system:nodes';

const noNodeProblem = ({ commonName }: RequestFacts) =>
  commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:';

function kubeletClientProblem(facts: RequestFacts, usages: readonly string[] | undefined): string | undefined {
  return (
    noNodesProblem(facts) ??
    (facts.dns.length ? 'DNS subjectAltNames are not allowed' : undefined) ??
    othersProblem(facts, 'email') ??
    (facts.ips.length ? 'IP subjectAltNames are not allowed' : undefined) ??
    othersProblem(facts) ??
    noNodeProblem(facts) ??
    usagesProblem(usages, ['client auth', 'digital signature'])
  );
}

function kubeletServingProblem(facts: RequestFacts, usages: readonly string[] | undefined): string | undefined {
  return (
    noNodesProblem(facts) ??
    (facts.dns.length || facts.ips.length ? undefined : 'DNS or IP subjectAltName is required') ??
    othersProblem(facts) ??
    usagesProblem(usages, ['digital signature', 'server auth']) ??
    noNodeProblem(facts)
  );
}

function othersProblem({ others }: RequestFacts, only?: string): string | undefined {
  if (others.includes('email')) return 'Email subjectAltNames are not allowed';
  if (only === 'email') return undefined;
  if (others.includes('url')) return 'URI subjectAltNames are not allowed';
  return others.length ? `subjectAltNames of type ${others[0]} are not allowed` : undefined;
}

const ENCIPHERMENT = 'key encipherment';

/** usagesProblem: all that a kubelet needs and no more; keys that encipher nothing may say so or not. */
function usagesProblem(usages: readonly string[] = [], required: readonly string[]): string | undefined {
  const all = [...required, ENCIPHERMENT].sort();
  const wrong = required.some(usage => !usages.includes(usage)) || usages.some(usage => !all.includes(usage));
  return wrong ? `usages did not match [${all.join(' ')}]` : undefined;
}

function clientUsagesProblem(usages: readonly string[] = []): string | undefined {
  const wrong = usages.find(usage => !['client auth', 'digital signature', ENCIPHERMENT].includes(usage));
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
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
