import { approvalFinding } from '@navarch/kinds';
import type { Condition, Definition } from './definition';

/** approvalOf says whether an API of a group that belongs to Kubernetes was approved. */
export function approvalOf(definition: Definition): Omit<Condition, 'lastTransitionTime'> {
  const type = 'KubernetesAPIApprovalPolicyConformant';
  const { state, value, message } = approvalFinding(definition.metadata?.annotations);
  switch (state) {
    case 'approved':
      return { type, status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${value}` };
    case 'bypassed':
      return {
        type,
        status: 'False',
        reason: 'UnapprovedAnnotation',
        message: `not approved: ${JSON.stringify(value)}`,
      };
    case 'missing':
      return { type, status: 'False', reason: 'MissingAnnotation', message };
    default:
      return { type, status: 'False', reason: 'InvalidAnnotation', message };
  }
}
