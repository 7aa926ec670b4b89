/** APPROVAL is the annotation by which an API of a group of Kubernetes names its approval. */
export const APPROVAL = 'api-approved.kubernetes.io';
const SEE = 'see https://github.com/kubernetes/enhancements/pull/1111';

/** isProtectedGroup tells the groups that belong to Kubernetes. */
export function isProtectedGroup(group: string): boolean {
  return ['k8s.io', 'kubernetes.io'].some(domain => group === domain || group.endsWith(`.${domain}`));
}

/** ApprovalFinding is what an approval comes to; `message` says what is wrong with one that is missing or invalid. */
export interface ApprovalFinding {
  readonly state: 'approved' | 'bypassed' | 'missing' | 'invalid';
  readonly value: string;
  readonly message: string;
}

/** approvalFinding reads the approval in annotations: an address, or a reason that begins with `unapproved`. Pure. */
export function approvalFinding(annotations: Readonly<Record<string, string>> | undefined): ApprovalFinding {
  const value = annotations?.[APPROVAL] ?? '';
  const must = `protected groups must have approval annotation ${JSON.stringify(APPROVAL)}`;
  if (!value) return { state: 'missing', value, message: `${must}, ${SEE}` };
  if (value.startsWith('unapproved')) return { state: 'bypassed', value, message: '' };
  if (URL.canParse(value) && new URL(value).host) return { state: 'approved', value, message: '' };
  const message = `${must} with either a URL or a reason starting with "unapproved", ${SEE}`;
  return { state: 'invalid', value, message };
}
