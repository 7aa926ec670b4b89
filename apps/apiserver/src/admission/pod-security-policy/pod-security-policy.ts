import type { corev1, policyv1beta1 } from '@navarch/api';
import { deepClone, deepEqual, type UserInfo } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin, Authorizer } from '@navarch/apiserver-runtime';
import { semanticEqual } from '@navarch/kinds';
import { isResource, refuse } from '../refuse';
import { checkPod, isUsable } from './checking';
import { applyDefaults } from './defaulting';
import { findingsText, type Finding } from './finding';

type Policy = policyv1beta1.PodSecurityPolicy;

/** CHOSEN is the annotation that names the policy a pod was let in by. */
const CHOSEN = 'kubernetes.io/psp';
const AUDIT_PREFIX = 'podsecuritypolicy.policy.k8s.io/';
/** GROUPS are those in which the right to use a policy may be given: it has moved. */
const GROUPS = ['policy', 'extensions'];

export interface PodSecurityPolicyParts {
  readonly policies: { list(): readonly Policy[] };
  readonly authorizer: Authorizer;
  readonly emulated: number;
}

/** Choice is the policy that lets a pod in, and the pod with what the policy gives it; or why none of those that may be used does. */
type Choice = { readonly policy: string; readonly pod: corev1.Pod } | { readonly findings: readonly Finding[] };

/**
 * PodSecurityPolicyAdmission (off by default, up to 1.24) lets in pods that keep to a PodSecurityPolicy which the pod's account or the
 * user may `use`: one that leaves the pod as it is if there is one, else the first by name.
 */
export class PodSecurityPolicyAdmission implements AdmissionPlugin {
  readonly name = 'PodSecurityPolicy';

  constructor(private readonly parts: PodSecurityPolicyParts) {}

  handles(attributes: AdmissionAttributes): boolean {
    const { operation } = attributes;
    return (operation === 'CREATE' || operation === 'UPDATE') && isResource(attributes, 'pods');
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    if (attributes.operation !== 'CREATE') return;
    const choice = await this.choose(attributes, { mayChange: true });
    if ('findings' in choice) throw refusal(attributes, `unable to admit pod: ${findingsText(choice.findings)}`);
    const pod = attributes.object as corev1.Pod;
    pod.spec = choice.pod.spec;
    (pod.metadata ??= {}).annotations = { ...choice.pod.metadata?.annotations, [CHOSEN]: choice.policy };
    attributes.annotate(`${AUDIT_PREFIX}admit-policy`, choice.policy);
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    if (attributes.operation === 'UPDATE' && changesNothingOfItsOwn(attributes)) return;
    const choice = await this.choose(attributes, { mayChange: false });
    if ('findings' in choice) throw refusal(attributes, `unable to validate pod: ${findingsText(choice.findings)}`);
    attributes.annotate(`${AUDIT_PREFIX}validate-policy`, choice.policy);
  }

  private async choose(attributes: AdmissionAttributes, { mayChange }: { mayChange: boolean }): Promise<Choice> {
    const pod = attributes.object as corev1.Pod;
    const hint = mayChange ? undefined : pod.metadata?.annotations?.[CHOSEN];
    const policies = inOrder(this.parts.policies.list(), hint).filter(isUsable);
    if (!policies.length) throw refusal(attributes, 'no providers available to validate pod request');
    let changed: Choice | undefined;
    const broken: { readonly name: string; readonly findings: readonly Finding[] }[] = [];
    for (const policy of policies) {
      const name = policy.metadata!.name!;
      const copy = deepClone(pod);
      applyDefaults(policy, copy);
      const findings = checkPod(policy, copy, this.parts.emulated);
      if (findings.length) {
        broken.push({ name, findings });
        continue;
      }
      const isChanged = !deepEqual(copy, pod);
      if (isChanged && (!mayChange || changed)) continue;
      if (!(await this.mayUse(attributes, name))) continue;
      if (!isChanged) return { policy: name, pod: copy };
      changed = { policy: name, pod: copy };
    }
    return changed ?? { findings: await this.shown(attributes, broken) };
  }

  /** Of a policy that may not be used, nobody is told what it says. */
  private async shown(
    attributes: AdmissionAttributes,
    broken: readonly { readonly name: string; readonly findings: readonly Finding[] }[],
  ): Promise<Finding[]> {
    const shown: Finding[] = [];
    for (const { name, findings } of broken) if (await this.mayUse(attributes, name)) shown.push(...findings);
    return shown;
  }

  private async mayUse({ user, namespace, object }: AdmissionAttributes, name: string): Promise<boolean> {
    const account = (object as corev1.Pod).spec?.serviceAccountName;
    for (const asked of account ? [serviceAccount(namespace, account), user] : [user])
      for (const group of GROUPS) {
        const about = {
          verb: 'use',
          group,
          version: '*',
          resource: 'podsecuritypolicies',
          subresource: '',
          namespace,
          name,
        };
        const decision = await this.parts.authorizer.authorize({
          ...about,
          user: asked,
          isResourceRequest: true,
          path: '',
        });
        if (decision.outcome === 'allow') return true;
      }
    return false;
  }
}

const refusal = (attributes: AdmissionAttributes, why: string) => refuse(attributes, `PodSecurityPolicy: ${why}`);

/** inOrder are the policies by name; the one that let the pod in comes first. */
function inOrder(policies: readonly Policy[], hint: string | undefined): Policy[] {
  const rank = ({ metadata }: Policy) => (metadata!.name === hint ? 0 : 1);
  return [...policies].sort((a, b) => rank(a) - rank(b) || (a.metadata!.name! < b.metadata!.name! ? -1 : 1));
}

/** What garbage collection changes of a pod is let through: who may do that may delete the pod. */
function changesNothingOfItsOwn({ object, oldObject }: AdmissionAttributes): boolean {
  const { ownerReferences, finalizers, managedFields } = oldObject!.metadata!;
  return semanticEqual(
    { ...object, metadata: { ...object!.metadata, ownerReferences, finalizers, managedFields } },
    oldObject,
  );
}

function serviceAccount(namespace: string, name: string): UserInfo {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
}
