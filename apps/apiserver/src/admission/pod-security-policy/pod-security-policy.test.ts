import { expect, test } from '@jest/globals';
import type { corev1, policyv1beta1 } from '@navarch/api';
import type { AuthorizationAttributes } from '@navarch/apiserver-runtime';
import { attributes } from '../../testing/attributes';
import { PodSecurityPolicyAdmission } from './pod-security-policy';

type Spec = Partial<policyv1beta1.PodSecurityPolicySpec>;

const RULE = { rule: 'RunAsAny' };
const policy = (name: string, spec: Spec = {}): policyv1beta1.PodSecurityPolicy => ({
  metadata: { name },
  spec: { runAsUser: RULE, seLinux: RULE, supplementalGroups: RULE, fsGroup: RULE, ...spec },
});
const group = (min: number): Spec => ({ fsGroup: { rule: 'MustRunAs', ranges: [{ min, max: min }] } });
const pod = (spec: Partial<corev1.PodSpec> = {}, annotations?: Record<string, string>): corev1.Pod => ({
  metadata: { name: 'a', namespace: 'ns', ...(annotations && { annotations }) },
  spec: { containers: [{ name: 'c' }], serviceAccountName: 'sa', ...spec },
});

/** plugin holds pods to policies of which these may be used, by this user. */
const plugin = (
  policies: policyv1beta1.PodSecurityPolicy[],
  usable: readonly string[],
  by = 'system:serviceaccount:ns:sa',
) =>
  new PodSecurityPolicyAdmission({
    policies: { list: () => policies },
    authorizer: {
      authorize: ({ user, name, group: apiGroup, verb, namespace }: AuthorizationAttributes) => ({
        outcome:
          user.name === by && usable.includes(`${apiGroup}/${name}`) && verb === 'use' && namespace === 'ns'
            ? 'allow'
            : 'no opinion',
      }),
    },
    emulated: 20,
  });
const policies = [policy('z'), policy('b', group(2)), policy('a', group(1)), policy('open', { hostPID: true })];
const chosen = async (usable: readonly string[], by?: string) => {
  const given = pod();
  await plugin(policies, usable, by).admit(attributes(given));
  return [given.metadata!.annotations!['kubernetes.io/psp'], given.spec!.securityContext?.fsGroup];
};

test('the policy that leaves the pod as it is is chosen before those that change it, and those by name', async () => {
  expect(await chosen(['policy/a', 'policy/b', 'policy/z'])).toEqual(['z', undefined]);
  expect(await chosen(['policy/a', 'policy/b'])).toEqual(['a', 1]);
  expect(await chosen(['extensions/b'])).toEqual(['b', 2]);
});

test('the user may use it, or the account that the pod runs as', async () => {
  expect(await chosen(['policy/b'], 'alice')).toEqual(['b', 2]);
  await expect(chosen(['policy/b'], 'nobody')).rejects.toMatchObject({
    code: 403,
    message: 'pods "x" is forbidden: PodSecurityPolicy: unable to admit pod: []',
  });
});

test('of policies that may not be used nobody is told what they say', async () => {
  await expect(plugin(policies, ['policy/a', 'policy/b']).admit(attributes(pod({ hostPID: true })))).rejects.toThrow(
    'unable to admit pod: [spec.securityContext.hostPID: Invalid value: true: Host PID is not allowed to be used spec.securityContext.hostPID: Invalid value: true: Host PID is not allowed to be used]',
  );
});

test('without a policy that can be kept to nothing is let in', async () => {
  const broken = policy('a', { fsGroup: { rule: 'MustRunAs' } });
  await expect(plugin([broken], ['policy/a']).admit(attributes(pod()))).rejects.toThrow(
    'PodSecurityPolicy: no providers available to validate pod request',
  );
});

test('a pod is checked again as it is, against the policy that it names first', async () => {
  const noted: Record<string, string> = {};
  const check = (given: corev1.Pod, before?: corev1.Pod) =>
    plugin(policies, ['policy/a', 'policy/z', 'policy/open']).validate(
      attributes(given, {
        annotate: (key, value) => void (noted[key] = value),
        ...(before && { operation: 'UPDATE', oldObject: before }),
      }),
    );
  await check(pod());
  expect(noted).toEqual({ 'podsecuritypolicy.policy.k8s.io/validate-policy': 'open' });
  const grouped = { securityContext: { fsGroup: 1 } };
  await check(pod(grouped, { 'kubernetes.io/psp': 'z' }));
  expect(noted).toEqual({ 'podsecuritypolicy.policy.k8s.io/validate-policy': 'z' });
  const labelled = pod();
  labelled.metadata!.labels = { x: 'y' };
  await check(labelled, pod());
  expect(noted).toEqual({ 'podsecuritypolicy.policy.k8s.io/validate-policy': 'open' });
});

test('what garbage collection changes is not looked at', async () => {
  const owned = pod();
  owned.metadata!.ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'u' }];
  const asUpdate = { operation: 'UPDATE', oldObject: pod() } as const;
  await plugin([], []).validate(attributes(owned, asUpdate));
  await plugin([], []).admit(attributes(owned, asUpdate));
  owned.metadata!.labels = { x: 'y' };
  await expect(plugin([], []).validate(attributes(owned, asUpdate))).rejects.toMatchObject({ code: 403 });
});
