import { ValidatingAdmissionPolicies } from '@navarch/api';
import { isNotFound } from '@navarch/apimachinery';
import { Controller, type Runnable } from '@navarch/controller-runtime';
import { allKinds, typeWarnings } from '@navarch/kinds';
import { standard, type ControllerContext } from '../../context';

/** startPolicyStatus tells in the status of each admission policy what its expressions get wrong about the kinds it is for. */
export function startPolicyStatus(context: ControllerContext): Runnable[] {
  const policies = context.informers.informer(ValidatingAdmissionPolicies);
  const client = context.client.resource(ValidatingAdmissionPolicies);
  const kinds = allKinds();
  const name = 'validatingadmissionpolicy-status';
  const controller = new Controller({
    ...standard(context),
    name,
    waitFor: [policies],
    reconcile: async ({ name: policyName }) => {
      const policy = policies.get('', policyName);
      const observedGeneration = policy?.metadata?.generation;
      if (!policy || policy.status?.observedGeneration === observedGeneration) return;
      const expressionWarnings = typeWarnings(policy, kinds);
      const status = { ...policy.status, observedGeneration, typeChecking: { expressionWarnings } };
      await client.updateStatus({ ...policy, status }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    },
  });
  const look = ({ metadata }: { metadata?: { name?: string } }) => controller.queue.add(metadata?.name ?? '');
  policies.addHandler({ added: look, updated: (_old, policy) => look(policy) });
  return [{ name, run: signal => controller.run(signal) }];
}
