import { describe, expect, test } from '@jest/globals';
import type { corev1, nodev1, schedulingv1 } from '@navarch/api';
import { MIRROR_ANNOTATION } from '../authz/node/pod-references';
import { attributes, found, onResource } from '../testing/attributes';
import { DefaultTolerationSeconds } from './default-toleration-seconds';
import { NamespaceLifecycle } from './namespace-lifecycle';
import { PodNodeSelector } from './pod-node-selector';
import { defaultClass, PriorityAdmission } from './priority';
import { RuntimeClassAdmission } from './runtime-class';
import { ServiceAccountAdmission, TOKEN_MOUNT_PATH } from './service-account';

const pod = (spec: Partial<corev1.PodSpec> = {}, metadata: corev1.Pod['metadata'] = {}): corev1.Pod => ({
  metadata,
  spec: { containers: [{ name: 'c' }], ...spec },
});

describe('NamespaceLifecycle', () => {
  const plugin = new NamespaceLifecycle(
    found<corev1.Namespace>(
      { metadata: { name: 'ns' }, status: { phase: 'Active' } },
      { metadata: { name: 'going', deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Terminating' } },
    ),
  );
  const namespaces = onResource('namespaces', 'Namespace');
  test.each<[string, Parameters<typeof attributes>[1], string | undefined]>([
    ['into one that is there', {}, undefined],
    ['into one that is not', { namespace: 'none' }, 'namespaces "none" not found'],
    [
      'a new one into one that goes',
      { namespace: 'going' },
      'pods "x" is forbidden: unable to create new content in namespace going because it is being terminated',
    ],
    ['an update in one that goes', { namespace: 'going', operation: 'UPDATE' }, undefined],
    ['a deletion in one that is gone', { namespace: 'none', operation: 'DELETE' }, undefined],
    [
      'an access review needs none',
      {
        namespace: 'none',
        ...onResource('localsubjectaccessreviews', 'LocalSubjectAccessReview', 'authorization.k8s.io'),
      },
      undefined,
    ],
    [
      'deleting default',
      { ...namespaces, operation: 'DELETE', namespace: 'default', name: 'default' },
      'namespaces "default" is forbidden: this namespace may not be deleted',
    ],
    ['deleting another', { ...namespaces, operation: 'DELETE', namespace: 'ns', name: 'ns' }, undefined],
    ['making one', { ...namespaces, namespace: 'new', name: 'new' }, undefined],
    ['of the cluster', { namespace: '', ...onResource('nodes', 'Node') }, undefined],
  ])('%s', async (_name, change, failure) => {
    const run = plugin.admit(attributes({}, change));
    await (failure ? expect(run).rejects.toMatchObject({ message: failure }) : expect(run).resolves.toBeUndefined());
  });
});

describe('ServiceAccountAdmission', () => {
  const account: corev1.ServiceAccount = {
    metadata: { namespace: 'ns', name: 'default', uid: 'u' },
    imagePullSecrets: [{ name: 'pull' }],
    secrets: [{ name: 'other' }, { name: 'tok' }],
  };
  const secrets = found<corev1.Secret>(
    { metadata: { namespace: 'ns', name: 'other' }, type: 'Opaque' },
    {
      metadata: { namespace: 'ns', name: 'tok', annotations: { 'kubernetes.io/service-account.uid': 'u' } },
      type: 'kubernetes.io/service-account-token',
    },
  );
  const quiet: corev1.ServiceAccount = {
    metadata: { namespace: 'ns', name: 'quiet' },
    automountServiceAccountToken: false,
  };
  const accounts = found(account, quiet);
  const plugin = (emulated = 33) => new ServiceAccountAdmission({ accounts, secrets, emulated });

  test('a pod gets the default account, its pull secrets and a projected token', async () => {
    const made = pod({ initContainers: [{ name: 'i' }] });
    await plugin().admit(attributes(made));
    expect(made.spec).toMatchObject({
      serviceAccountName: 'default',
      serviceAccount: 'default',
      imagePullSecrets: [{ name: 'pull' }],
    });
    const [volume] = made.spec!.volumes!;
    expect(volume!.name).toMatch(/^kube-api-access-.{5}$/);
    expect(volume!.projected?.sources?.[0]).toEqual({
      serviceAccountToken: { expirationSeconds: 3607, path: 'token' },
    });
    const mount = { name: volume!.name, readOnly: true, mountPath: TOKEN_MOUNT_PATH };
    expect([made.spec!.containers![0]!.volumeMounts, made.spec!.initContainers![0]!.volumeMounts]).toEqual([
      [mount],
      [mount],
    ]);
  });

  test("before 1.21 the token is the one in the account's secret", async () => {
    const made = pod();
    await plugin(20).admit(attributes(made));
    expect(made.spec!.volumes).toEqual([{ name: 'tok', secret: { secretName: 'tok', defaultMode: 420 } }]);
  });

  test('before 1.21 a pod waits for the token of its account', async () => {
    const loud = { metadata: { namespace: 'ns', name: 'loud' } };
    const waiting = new ServiceAccountAdmission({ accounts: found(loud), secrets, emulated: 20 });
    await expect(waiting.admit(attributes(pod({ serviceAccountName: 'loud' })))).rejects.toMatchObject({
      code: 500,
      reason: 'ServerTimeout',
      message:
        'No API token found for service account "loud", retry after the token is automatically created and added to the service account',
      details: { name: 'create pod', kind: 'serviceaccounts', retryAfterSeconds: 1 },
    });
  });

  test('what is mounted at the path stays, and without a taker there is no volume', async () => {
    const own = [{ name: 'v', mountPath: TOKEN_MOUNT_PATH }];
    const made = pod({ containers: [{ name: 'c', volumeMounts: own }] });
    await plugin().admit(attributes(made));
    expect(made.spec!.containers![0]!.volumeMounts).toEqual(own);
    expect(made.spec!.volumes).toBeUndefined();
  });

  test.each<[string, Partial<corev1.PodSpec>]>([
    ['the pod says no', { automountServiceAccountToken: false }],
    ['the account says no', { serviceAccountName: 'quiet' }],
  ])('no token if %s', async (_name, spec) => {
    const made = pod(spec);
    await plugin().admit(attributes(made));
    expect(made.spec!.volumes).toBeUndefined();
  });

  test('an account that is not there is refused', async () => {
    await expect(plugin().admit(attributes(pod({ serviceAccountName: 'nope' })))).rejects.toThrow(
      'pods "x" is forbidden: error looking up service account ns/nope: serviceaccount "nope" not found',
    );
  });

  test('a mirror pod has none, and may have none', async () => {
    const mirror = pod({}, { annotations: { [MIRROR_ANNOTATION]: 'x' } });
    await plugin().admit(attributes(mirror));
    expect(mirror.spec!.serviceAccountName).toBeUndefined();
    mirror.spec!.serviceAccountName = 'a';
    const refused = 'a mirror pod may not reference service accounts';
    await expect(plugin().admit(attributes(mirror))).rejects.toThrow(refused);
    await expect(plugin().validate(attributes(mirror))).rejects.toThrow(refused);
  });
});

describe('PriorityAdmission', () => {
  const classes: schedulingv1.PriorityClass[] = [
    { metadata: { name: 'high' }, value: 100, preemptionPolicy: 'Never' },
    { metadata: { name: 'usual' }, value: 7, globalDefault: true },
  ];
  const plugin = new PriorityAdmission(found(...classes), () => classes);
  test.each<[string, Partial<corev1.PodSpec>, Partial<corev1.PodSpec> | string]>([
    [
      'without a class: the default one',
      {},
      { priorityClassName: 'usual', priority: 7, preemptionPolicy: 'PreemptLowerPriority' },
    ],
    ['by its class', { priorityClassName: 'high' }, { priority: 100, preemptionPolicy: 'Never' }],
    ['the right number', { priorityClassName: 'high', priority: 100 }, { priority: 100 }],
    [
      'another number',
      { priorityClassName: 'high', priority: 1 },
      'the integer value of priority (1) must not be provided in pod spec; priority admission controller computed 100',
    ],
    [
      'another policy',
      { priorityClassName: 'high', preemptionPolicy: 'PreemptLowerPriority' },
      'the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided',
    ],
    ['a class that is not there', { priorityClassName: 'none' }, 'no PriorityClass with name none was found'],
  ])('%s', async (_name, spec, want) => {
    const made = pod(spec);
    const run = plugin.admit(attributes(made));
    if (typeof want === 'string') return expect(run).rejects.toThrow(want);
    await run;
    expect(made.spec).toMatchObject(want);
  });
  test('an update keeps what it leaves out', async () => {
    const made = pod();
    await plugin.admit(
      attributes(made, { operation: 'UPDATE', oldObject: pod({ priority: 5, preemptionPolicy: 'Never' }) }),
    );
    expect(made.spec).toMatchObject({ priority: 5, preemptionPolicy: 'Never' });
  });
  test('there is one default, the smallest if there are two after all', () => {
    const second: schedulingv1.PriorityClass = { metadata: { name: 'x' }, value: 3, globalDefault: true };
    expect(() =>
      plugin.validate(attributes(second, onResource('priorityclasses', 'PriorityClass', 'scheduling.k8s.io'))),
    ).toThrow('usual is already marked as default');
    expect(defaultClass([...classes, second])).toBe(second);
  });
});

describe('DefaultTolerationSeconds', () => {
  const keys = (spec: Partial<corev1.PodSpec>) => {
    const made = pod(spec);
    new DefaultTolerationSeconds({ notReady: 60, unreachable: 90 }).admit(attributes(made));
    return made.spec!.tolerations!.map(one => `${one.key ?? ''} ${one.tolerationSeconds ?? ''}`);
  };
  test.each<[string, corev1.Toleration[], string[]]>([
    ['none given', [], ['node.kubernetes.io/not-ready 60', 'node.kubernetes.io/unreachable 90']],
    [
      'one given',
      [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }],
      ['node.kubernetes.io/not-ready ', 'node.kubernetes.io/unreachable 90'],
    ],
    ['everything tolerated', [{ operator: 'Exists' }], [' ']],
    [
      'another effect does not count',
      [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }],
      ['node.kubernetes.io/not-ready ', 'node.kubernetes.io/not-ready 60', 'node.kubernetes.io/unreachable 90'],
    ],
  ])('%s', (_name, tolerations, want) => {
    expect(keys({ tolerations })).toEqual(want);
  });
});

describe('RuntimeClassAdmission', () => {
  const runtimeClass: nodev1.RuntimeClass = {
    metadata: { name: 'rc' },
    handler: 'h',
    overhead: { podFixed: { cpu: '250m' } },
    scheduling: { nodeSelector: { rt: 'x' }, tolerations: [{ key: 'rt' }] },
  };
  const plugin = new RuntimeClassAdmission(found(runtimeClass));
  test('gives overhead, node selector and tolerations', async () => {
    const made = pod({ runtimeClassName: 'rc', nodeSelector: { mine: '1' } });
    await plugin.admit(attributes(made));
    expect(made.spec).toMatchObject({
      overhead: { cpu: '250m' },
      nodeSelector: { mine: '1', rt: 'x' },
      tolerations: [{ key: 'rt' }],
    });
    await expect(plugin.validate(attributes(made))).resolves.toBeUndefined();
  });
  test.each<[Partial<corev1.PodSpec>, string]>([
    [
      { runtimeClassName: 'rc', nodeSelector: { rt: 'y' } },
      'conflict: runtimeClass.scheduling.nodeSelector[rt] = x; pod.spec.nodeSelector[rt] = y',
    ],
    [
      { runtimeClassName: 'rc', overhead: { cpu: '1' } },
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [{ runtimeClassName: 'none' }, 'pod rejected: RuntimeClass "none" not found'],
  ])('%j is refused', async (spec, why) => {
    await expect(plugin.admit(attributes(pod(spec)))).rejects.toThrow(why);
  });
  test('overhead takes a class that has one', async () => {
    await expect(plugin.validate(attributes(pod({ overhead: { cpu: '1' } })))).rejects.toThrow(
      'Pod Overhead set without corresponding RuntimeClass defined Overhead',
    );
  });
});

test("PodNodeSelector adds the namespace's labels, and refuses others", async () => {
  const annotations = { 'scheduler.alpha.kubernetes.io/node-selector': 'env=test, zone = a' };
  const plugin = new PodNodeSelector(found<corev1.Namespace>({ metadata: { name: 'ns', annotations } }));
  const made = pod({ nodeSelector: { disk: 'ssd' } });
  await plugin.admit(attributes(made));
  expect(made.spec!.nodeSelector).toEqual({ env: 'test', zone: 'a', disk: 'ssd' });
  await expect(plugin.admit(attributes(pod({ nodeSelector: { env: 'prod' } })))).rejects.toThrow(
    'conflicts with its namespace node label selector',
  );
});
