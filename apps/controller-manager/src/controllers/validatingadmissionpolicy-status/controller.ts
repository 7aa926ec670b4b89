import { CustomResourceDefinitions, ValidatingAdmissionPolicies } from '@navarch/api';
import { isNotFound } from '@navarch/apimachinery';
import { Controller, type Runnable } from '@navarch/controller-runtime';
import { allKinds, builtInKinds, customKinds, typeWarnings } from '@navarch/kinds';
import { standard, type ControllerContext } from '../../context';

/** startPolicyStatus tells in the status of each admission policy what its expressions get wrong about the kinds it is for, as they are when it is written. */
export function startPolicyStatus(context: ControllerContext): Runnable[] {
  const name = 'validatingadmissionpolicy-status';
  const run = async (signal: AbortSignal) => {
    if ((await context.release()).has('policyTypeChecking')) await policyStatus(name, context).run(signal);
  };
  return [{ name, run }];
}

function policyStatus(name: string, context: ControllerContext): Controller {
  const policies = context.informers.informer(ValidatingAdmissionPolicies);
  const client = context.client.resource(ValidatingAdmissionPolicies);
  const definitions = context.informers.informer(CustomResourceDefinitions);
  const builtIn = builtInKinds(allKinds());
  const controller = new Controller({
    ...standard(context),
    name,
    waitFor: [policies, definitions],
    reconcile: async key => {
      const policy = policies.get('', key.name);
      const observedGeneration = policy?.metadata?.generation;
      if (!policy || policy.status?.observedGeneration === observedGeneration) return;
      const expressionWarnings = typeWarnings(policy, [...builtIn, ...customKinds(definitions.list())]);
      const status = { ...policy.status, observedGeneration, typeChecking: { expressionWarnings } };
      await client.updateStatus({ ...policy, status }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    },
  });
  const look = ({ metadata }: { metadata?: { name?: string } }) => controller.queue.add(metadata?.name ?? '');
  policies.addHandler({ added: look, updated: (_old, policy) => look(policy) });
  return controller;
}
