import { describe, expect, test } from '@jest/globals';
import type { corev1, networkingv1, storagev1 } from '@navarch/api';
import { FakeClock } from '@navarch/testing';
import { Fields } from '../config-files/fields';
import { attributes, found, onResource } from '../testing/attributes';
import { alwaysDeny } from './always';
import { AlwaysPullImages } from './always-pull-images';
import { configured, parseAdmissionConfiguration } from './configuration';
import { DefaultIngressClass } from './default-ingress-class';
import { DefaultStorageClass } from './default-storage-class';
import { DenyServiceExternalIPs } from './deny-service-external-ips';
import { EventRateLimit, readEventLimits } from './event-rate-limit';
import { secretBeyondAccount } from './mountable-secrets';
import { NamespaceAutoProvision, NamespaceExists } from './namespace-existence';
import { PodNodeSelector, readNodeSelectors } from './pod-node-selector';
import { ExtendedResourceToleration } from './pod-placement/extended-resource-toleration';
import { LimitPodHardAntiAffinityTopology } from './pod-placement/hard-anti-affinity';
import { isSuperset, mergeTolerations, PodTolerationRestriction } from './pod-placement/pod-toleration-restriction';

const pod = (spec: Partial<corev1.PodSpec>, metadata: corev1.Pod['metadata'] = {}): corev1.Pod => ({
  metadata,
  spec: { containers: [{ name: 'c' }], ...spec },
});
const namespace = (annotations: Record<string, string>): corev1.Namespace => ({
  metadata: { name: 'ns', annotations },
});

describe('PodTolerationRestriction', () => {
  const annotation = (name: string, ...tolerations: corev1.Toleration[]) => ({
    [`scheduler.alpha.kubernetes.io/${name}`]: JSON.stringify(tolerations),
  });
  const gpu: corev1.Toleration = { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' };
  const pressure = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' };

  test('a namespace has defaults; pods that ask for something bear memory pressure', async () => {
    const plugin = new PodTolerationRestriction(found(namespace(annotation('defaultTolerations', gpu))));
    const idle = pod({});
    await plugin.admit(attributes(idle));
    expect(idle.spec!.tolerations).toEqual([gpu]);
    const busy = pod({ containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] });
    await plugin.admit(attributes(busy));
    expect(busy.spec!.tolerations).toEqual([gpu, pressure]);
  });
  test.each<[string, corev1.Namespace, corev1.Toleration[], string | undefined]>([
    ['what is listed', namespace(annotation('tolerationsWhitelist', gpu)), [gpu], undefined],
    [
      'what is not',
      namespace(annotation('tolerationsWhitelist', gpu)),
      [{ key: 'x', operator: 'Exists' }],
      'pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist',
    ],
    ['anything without a list', namespace({}), [{ key: 'x' }], undefined],
  ])('%s', async (_name, ns, tolerations, why) => {
    const run = new PodTolerationRestriction(found(ns)).validate(attributes(pod({ tolerations })));
    await (why ? expect(run).rejects.toMatchObject({ code: 500, message: why }) : expect(run).resolves.toBeUndefined());
  });
  test.each<[corev1.Toleration, corev1.Toleration, boolean]>([
    [{ operator: 'Exists' }, gpu, true],
    [gpu, { operator: 'Exists' }, false],
    [{ key: 'a', operator: 'Exists' }, { key: 'a', value: 'x', effect: 'NoExecute' }, true],
    [{ key: 'a', value: 'x' }, { key: 'a', value: 'y' }, false],
    [
      { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
      { key: 'a', operator: 'Exists', effect: 'NoExecute' },
      false,
    ],
  ])('%j covers %j: %s', (one, other, want) => expect(isSuperset(one, other)).toBe(want));
  test('merging leaves out what is covered', () => {
    const wide: corev1.Toleration = { key: 'gpu', operator: 'Exists' };
    expect(mergeTolerations([gpu], [wide, wide])).toEqual([wide]);
  });
});

test('ExtendedResourceToleration: one for each extended resource, once', () => {
  const requests = { cpu: '1', 'nvidia.com/gpu': '1', 'kubernetes.io/x': '1' };
  const made = pod({ containers: [{ name: 'c', resources: { requests } }] });
  const plugin = new ExtendedResourceToleration();
  plugin.admit(attributes(made));
  plugin.admit(attributes(made));
  expect(made.spec!.tolerations).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]);
});

test('LimitPodHardAntiAffinityTopology: nodes, not zones', () => {
  const about = (topologyKey: string) =>
    attributes(
      pod({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }] } } }),
    );
  const plugin = new LimitPodHardAntiAffinityTopology();
  plugin.validate(about('kubernetes.io/hostname'));
  expect(() => plugin.validate(about('zone'))).toThrow(
    'pods "x" is forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey zone but only key kubernetes.io/hostname is allowed',
  );
});

test('DenyServiceExternalIPs: no new ones', () => {
  const service = (...externalIPs: string[]): corev1.Service => ({ spec: { externalIPs } });
  const about = (now: corev1.Service, oldObject?: corev1.Service) =>
    attributes(now, { ...onResource('services', 'Service'), ...(oldObject && { operation: 'UPDATE', oldObject }) });
  const plugin = new DenyServiceExternalIPs();
  plugin.validate(about(service()));
  plugin.validate(about(service('1.1.1.1'), service('1.1.1.1', '2.2.2.2')));
  expect(() => plugin.validate(about(service('3.3.3.3'), service('1.1.1.1')))).toThrow('Use of external IPs is denied');
});

describe('namespaces', () => {
  const there = found<corev1.Namespace>({ metadata: { name: 'ns' } });
  test('NamespaceExists', async () => {
    await new NamespaceExists(there).validate(attributes({}));
    await expect(new NamespaceExists(there).validate(attributes({}, { namespace: 'x' }))).rejects.toMatchObject({
      code: 404,
    });
  });
  test('NamespaceAutoProvision makes what is missing, but for a dry run', async () => {
    const made: (string | undefined)[] = [];
    const plugin = new NamespaceAutoProvision(there, one => Promise.resolve(made.push(one.metadata?.name)));
    for (const name of ['ns', 'new']) await plugin.admit(attributes({}, { namespace: name }));
    expect(made).toEqual(['new']);
    expect(plugin.handles(attributes({}, { dryRun: true }))).toBe(false);
  });
});

describe('default classes', () => {
  const metadata = (name: string, created: string, key: string) => ({
    metadata: { name, creationTimestamp: created, annotations: { [key]: 'true' } },
  });
  const classes = (key: string) => [
    metadata('old', '2025-01-01T00:00:00Z', key),
    metadata('new', '2026-01-01T00:00:00Z', key),
  ];
  const claim = () => ({ spec: {} as corev1.PersistentVolumeClaimSpec });
  const ofStorage = (emulated: number) =>
    new DefaultStorageClass(
      () => classes('storageclass.kubernetes.io/is-default-class') as storagev1.StorageClass[],
      emulated,
    );
  const ofIngress = (emulated: number) =>
    new DefaultIngressClass(
      () => classes('ingressclass.kubernetes.io/is-default-class') as networkingv1.IngressClass[],
      emulated,
    );
  test('the newest of several, since 1.26', () => {
    const made = claim();
    ofStorage(33).admit(attributes(made, onResource('persistentvolumeclaims', 'PersistentVolumeClaim')));
    expect(made.spec.storageClassName).toBe('new');
    const ingress: networkingv1.Ingress = { spec: {} };
    ofIngress(33).admit(attributes(ingress, onResource('ingresses', 'Ingress', 'networking.k8s.io')));
    expect(ingress.spec?.ingressClassName).toBe('new');
  });
  test('none of several before', () => {
    const about = attributes(claim(), onResource('persistentvolumeclaims', 'PersistentVolumeClaim'));
    expect(() => ofStorage(20).admit(about)).toThrow(
      'persistentvolumeclaims "x" is forbidden: Internal error occurred: 2 default StorageClasses were found',
    );
    const ingress = attributes({ spec: {} }, onResource('ingresses', 'Ingress', 'networking.k8s.io'));
    expect(() => ofIngress(20).admit(ingress)).toThrow('2 default IngressClasses were found, only 1 allowed');
  });
});

test('AlwaysPullImages: new images only', () => {
  const plugin = new AlwaysPullImages();
  const of = (image: string): corev1.Pod => ({ spec: { containers: [{ name: 'c', image }] } });
  const made = of('a');
  plugin.admit(attributes(made));
  expect(made.spec!.containers![0]!.imagePullPolicy).toBe('Always');
  const update = (image: string) => attributes(of(image), { operation: 'UPDATE', oldObject: of('a') });
  expect([plugin.handles(update('a')), plugin.handles(update('b'))]).toEqual([false, true]);
});

test('AlwaysDeny denies', () =>
  expect(() => alwaysDeny.validate!(attributes({}))).toThrow('admission control is denying all modifications'));

describe('mountable secrets', () => {
  const account: corev1.ServiceAccount = {
    metadata: { name: 'a', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
    secrets: [{ name: 'ok' }],
    imagePullSecrets: [{ name: 'pull' }],
  };
  const env = (name: string) => [{ name: 'E', valueFrom: { secretKeyRef: { name, key: 'k' } } }];
  const tail = 'is not allowed because service account a does not reference that secret';
  test.each<[string, Partial<corev1.PodSpec>, boolean, string | undefined]>([
    [
      'what is listed',
      { volumes: [{ name: 'v', secret: { secretName: 'ok' } }], imagePullSecrets: [{ name: 'pull' }] },
      false,
      undefined,
    ],
    [
      'a volume',
      { volumes: [{ name: 'v', secret: { secretName: 'x' } }] },
      false,
      `volume with secret.secretName="x" ${tail}`,
    ],
    [
      'a variable',
      { containers: [{ name: 'c', env: env('x') }] },
      false,
      `container c with envVar E referencing secret.secretName="x" ${tail}`,
    ],
    [
      'a variable of an init container',
      { initContainers: [{ name: 'i', env: env('x') }] },
      false,
      `init container i with envVar E referencing secret.secretName="x" ${tail}`,
    ],
    [
      'an environment',
      { containers: [{ name: 'c', envFrom: [{ secretRef: { name: 'x' } }] }] },
      false,
      `container c with envFrom referencing secret.secretName="x" ${tail}`,
    ],
    [
      'a pull secret',
      { imagePullSecrets: [{ name: 'pull' }, { name: 'x' }] },
      false,
      'imagePullSecrets[1].name="x" is not allowed because service account a does not reference that imagePullSecret',
    ],
    [
      'an added container',
      { volumes: [{ name: 'v', secret: { secretName: 'x' } }], ephemeralContainers: [{ name: 'e', env: env('x') }] },
      true,
      `ephemeral container e with envVar E referencing secret.secretName="x" ${tail}`,
    ],
  ])('%s', (_name, spec, added, want) =>
    expect(secretBeyondAccount(pod(spec), account, { added, emulated: 33 })).toBe(want),
  );
  test('up to 1.26 an environment went unnoticed', () => {
    const made = pod({ containers: [{ name: 'c', envFrom: [{ secretRef: { name: 'x' } }] }] });
    expect(secretBeyondAccount(made, account, { added: false, emulated: 26 })).toBeUndefined();
  });
  test('an account that does not ask for it lists nothing', () => {
    const free = { ...account, metadata: { name: 'a' } };
    expect(
      secretBeyondAccount(pod({ imagePullSecrets: [{ name: 'x' }] }), free, { added: false, emulated: 33 }),
    ).toBeUndefined();
  });
});

describe('EventRateLimit', () => {
  const event = (name: string, namespace: string, user = 'u') =>
    attributes(
      { involvedObject: { kind: 'Pod', name } },
      { ...onResource('events', 'Event'), namespace, user: { name: user, groups: [] } },
    );
  test('as configured: each limit for its own', async () => {
    const clock = new FakeClock(0);
    const limits = readEventLimits(
      Fields.of({
        ...{ kind: 'Configuration', apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1' },
        limits: [
          { type: 'Server', qps: 10, burst: 3 },
          { type: 'SourceAndObject', qps: 1, burst: 1, cacheSize: 10 },
        ],
      }),
    );
    const plugin = new EventRateLimit(clock, limits);
    plugin.validate(event('a', 'n1'));
    expect(() => plugin.validate(event('a', 'n1'))).toThrow('limit reached on type SourceAndObject for key Poda');
    plugin.validate(event('b', 'n1'));
    expect(() => plugin.validate(event('c', 'n2'))).toThrow('limit reached on type Server for key ');
    await clock.advance(1000);
    plugin.validate(event('a', 'n1'));
  });
  test('without a configuration each namespace has its own', () => {
    const plugin = new EventRateLimit(new FakeClock(0));
    for (let i = 0; i < 100; i++) plugin.validate(event(`p${i}`, 'n1'));
    expect(() => plugin.validate(event('p', 'n1'))).toThrow('limit reached on type Namespace for key n1');
    plugin.validate(event('p', 'n2'));
  });
});

describe('PodNodeSelector', () => {
  const selectors = readNodeSelectors(
    Fields.of({ podNodeSelectorPluginConfig: { clusterDefaultNodeSelector: 'zone=a', ns: 'zone=a,disk=ssd' } }),
  );
  const plugin = new PodNodeSelector(found(namespace({})), selectors);
  const admitted = async (nodeSelector?: Record<string, string>) => {
    const about = attributes(pod({ ...(nodeSelector && { nodeSelector }) }));
    await plugin.admit(about);
    await plugin.validate(about);
    return (about.object as corev1.Pod).spec!.nodeSelector;
  };
  test('the cluster has a default, and a namespace a list', async () => {
    expect(await admitted()).toEqual({ zone: 'a' });
    expect(await admitted({ disk: 'ssd' })).toEqual({ zone: 'a', disk: 'ssd' });
    await expect(admitted({ disk: 'hdd' })).rejects.toThrow(
      'pod node label selector labels conflict with its namespace whitelist',
    );
    await expect(admitted({ zone: 'b' })).rejects.toThrow('conflicts with its namespace node label selector');
  });
});

describe('AdmissionConfiguration', () => {
  const document = (...plugins: object[]) => ({
    ...{ kind: 'AdmissionConfiguration', apiVersion: 'apiserver.config.k8s.io/v1', plugins },
  });
  test('configurations are in it, or in files that it names', () => {
    const found = parseAdmissionConfiguration(
      document({ name: 'A', configuration: { a: 'x' } }, { name: 'B', path: 'b.yaml' }),
      path => ({ path }),
    );
    expect(configured(found, 'A', fields => fields.text('a'))).toBe('x');
    expect(configured(found, 'B', fields => fields.text('path'))).toBe('b.yaml');
    expect(configured(found, 'C', () => 1)).toBeUndefined();
    expect(() => configured(found, 'A', () => 1)).toThrow('configuration of A: a: unknown field');
  });
});
