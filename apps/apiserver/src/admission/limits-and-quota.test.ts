import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { Quantity } from '@navarch/apimachinery';
import { renderAmounts, podAmounts } from '@navarch/component-helpers';
import { attributes, onResource } from '../testing/attributes';
import { LimitRanger } from './limit-ranger/limit-ranger';
import { completeSums } from './limit-ranger/limits';
import { charge, increase, rise, uncounted } from './quota/charge';
import { uncovered, type LimitedResource } from './quota/limited-resources';
import { scopesMatch } from './quota/scopes';
import { mustSpecify, usageOf } from './quota/usage';

const container = (
  requests: Record<string, string> = {},
  limits: Record<string, string> = {},
  more: Partial<corev1.Container> = {},
): corev1.Container => ({ name: 'c', resources: { requests, limits }, ...more });
const pod = (...containers: corev1.Container[]): corev1.Pod => ({ metadata: { name: 'p' }, spec: { containers } });

describe('podAmounts', () => {
  test.each<[string, corev1.PodSpec, Record<string, string>]>([
    ['containers add up', { containers: [container({ cpu: '1' }), container({ cpu: '500m' })] }, { cpu: '1500m' }],
    [
      'a greater init container counts',
      { containers: [container({ cpu: '1' })], initContainers: [container({ cpu: '3' })] },
      { cpu: '3' },
    ],
    [
      'a sidecar runs beside all',
      {
        containers: [container({ cpu: '1' })],
        initContainers: [container({ cpu: '1' }, {}, { restartPolicy: 'Always' }), container({ cpu: '3' })],
      },
      { cpu: '4' },
    ],
    ['overhead comes on top', { containers: [container({ cpu: '1' })], overhead: { cpu: '250m' } }, { cpu: '1250m' }],
  ])('%s', (_name, spec, want) => {
    expect(renderAmounts(podAmounts({ spec }, 'requests'))).toEqual(want);
  });
});

describe('LimitRanger', () => {
  const range = (...limits: corev1.LimitRangeItem[]): corev1.LimitRange => ({
    metadata: { name: 'l' },
    spec: { limits },
  });
  const plugin = (one: corev1.LimitRange) => new LimitRanger(() => [one], 33);

  test('fills in defaults and says so', () => {
    const made = pod({ name: 'a' }, container({ cpu: '200m' }, {}, { name: 'b' }));
    plugin(range({ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' } })).admit(
      attributes(made),
    );
    expect(made.spec!.containers!.map(one => one.resources)).toEqual([
      { requests: { cpu: '100m' }, limits: { cpu: '500m' } },
      { requests: { cpu: '200m' }, limits: { cpu: '500m' } },
    ]);
    expect(made.metadata!.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu request for container a; cpu limit for container a; cpu limit for container b',
    });
  });

  const limits = range(
    { type: 'Container', min: { cpu: '100m' }, max: { cpu: '1' }, maxLimitRequestRatio: { cpu: '2' } },
    { type: 'Pod', max: { cpu: '1500m' } },
  );
  test.each<[string, corev1.Pod, string | undefined]>([
    ['within', pod(container({ cpu: '500m' }, { cpu: '1' })), undefined],
    [
      'above both',
      pod(container({ cpu: '2' }, { cpu: '2' })),
      '[maximum cpu usage per Container is 1, but limit is 2, maximum cpu usage per Pod is 1500m, but limit is 2]',
    ],
    [
      'below',
      pod(container({ cpu: '50m' }, { cpu: '50m' })),
      'minimum cpu usage per Container is 100m, but request is 50m',
    ],
    [
      'too far apart',
      pod(container({ cpu: '100m' }, { cpu: '900m' })),
      'cpu max limit to request ratio per Container is 2, but provided ratio is 9.000000',
    ],
    [
      'too much together',
      pod(container({ cpu: '800m' }, { cpu: '1' }), container({ cpu: '800m' }, { cpu: '1' })),
      'maximum cpu usage per Pod is 1500m, but limit is 2',
    ],
  ])('%s', (_name, made, why) => {
    const run = () => plugin(limits).validate(attributes(made));
    if (why) expect(run).toThrow(`pods "x" is forbidden: ${why}`);
    else expect(run).not.toThrow();
  });

  test.each<[string, number, string]>([
    [
      'what one container does not say has no sum before 1.28',
      20,
      'maximum cpu usage per Pod is 1500m.  No limit is specified',
    ],
    ['and since then it has', 28, 'maximum cpu usage per Pod is 1500m, but limit is 2'],
  ])('%s', (_name, emulated, why) => {
    const made = pod(container({ cpu: '1' }, { cpu: '2' }), container());
    const run = () => new LimitRanger(() => [range(limits.spec!.limits![1]!)], emulated).validate(attributes(made));
    expect(run).toThrow(`pods "x" is forbidden: ${why}`);
  });

  test('before 1.28 sums are whole numbers in decimal form', () => {
    const made = { spec: { containers: [container({ memory: '1Mi' }), container({ memory: '1.5Ki' })] } };
    expect(renderAmounts(completeSums(made, 'requests'))).toEqual({ memory: '1050112' });
  });

  test('claims are held to their request', () => {
    const claim = { spec: { resources: { requests: { storage: '2Gi' } } } };
    const run = () =>
      plugin(range({ type: 'PersistentVolumeClaim', max: { storage: '1Gi' } })).validate(
        attributes(claim, onResource('persistentvolumeclaims', 'PersistentVolumeClaim')),
      );
    expect(run).toThrow('maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi');
  });
});

describe('usageOf', () => {
  test.each<[string, string, string, object, Record<string, string>]>([
    ['any kind by count', 'apps', 'deployments', {}, { 'count/deployments.apps': '1' }],
    [
      'a pod',
      '',
      'pods',
      pod(container({ cpu: '1' }, { memory: '1Gi' })),
      { 'count/pods': '1', pods: '1', 'requests.cpu': '1', cpu: '1', 'limits.memory': '1Gi' },
    ],
    [
      'a pod that is over',
      '',
      'pods',
      { ...pod(container({ cpu: '1' })), status: { phase: 'Failed' } },
      { 'count/pods': '1' },
    ],
    [
      'a node port service',
      '',
      'services',
      { spec: { type: 'NodePort', ports: [{ port: 1 }, { port: 2 }] } },
      { 'count/services': '1', services: '1', 'services.nodeports': '2', 'services.loadbalancers': '0' },
    ],
    [
      'a claim of a class',
      '',
      'persistentvolumeclaims',
      { spec: { storageClassName: 'gold', resources: { requests: { storage: '1Gi' } } } },
      {
        'count/persistentvolumeclaims': '1',
        persistentvolumeclaims: '1',
        'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
        'requests.storage': '1Gi',
        'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
      },
    ],
  ])('%s', (_name, group, resource, object, want) => {
    expect(renderAmounts(usageOf({ group, resource, object }))).toEqual(want);
  });
  test('what must be specified', () => {
    const hard = ['requests.cpu', 'pods', 'memory', 'limits.memory', 'requests.ephemeral-storage'];
    const missing = mustSpecify(pod(container({ cpu: '1' }), container({ memory: '1' }, {}, { name: 'd' })), hard);
    expect([...missing]).toEqual([
      ['limits.memory', ['c', 'd']],
      ['memory', ['c']],
      ['requests.cpu', ['d']],
    ]);
  });
});

describe('charge', () => {
  const quota = (hard: Record<string, string>, used: Record<string, string>): corev1.ResourceQuota => ({
    metadata: { name: 'q' },
    spec: { hard },
    status: { hard, used },
  });
  const ofPod = usageOf({ group: '', resource: 'pods', object: pod(container({ cpu: '600m' }, { memory: '2Gi' })) });

  test('adds up what the quota limits, nothing else', () => {
    expect(charge(quota({ pods: '2', 'requests.cpu': '1' }, { pods: '1', 'requests.cpu': '100m' }), ofPod)).toEqual({
      used: { pods: '2', 'requests.cpu': '700m' },
    });
    expect(charge(quota({ services: '1' }, { services: '0' }), ofPod)).toBeUndefined();
  });
  test('names what is exceeded, sorted', () => {
    const used = { 'requests.cpu': '500m', 'limits.memory': '512Mi', pods: '1' };
    expect(charge(quota({ 'requests.cpu': '1', 'limits.memory': '1Gi', pods: '2' }, used), ofPod)).toEqual({
      refused:
        'exceeded quota: q, requested: limits.memory=2Gi,requests.cpu=600m, used: limits.memory=512Mi,requests.cpu=500m, limited: limits.memory=1Gi,requests.cpu=1',
    });
  });
  test('giving back never ends below nothing', () => {
    expect(charge(quota({ pods: '2' }, { pods: '0' }), increase(new Map(), ofPod))).toEqual({ used: { pods: '0' } });
  });
  test('an update is charged what it adds, and given back nothing', () => {
    const [one, two] = [new Map([['pods', Quantity.of(1)]]), new Map([['services', Quantity.of(2)]])];
    expect(renderAmounts(rise(increase(two, one)))).toEqual({ pods: '0', services: '2' });
  });
  test('what the controller has not counted yet is unknown; what it has not seen is not limited', () => {
    expect(uncounted(quota({ pods: '2', cpu: '1' }, { pods: '0' }), ['pods', 'cpu', 'memory'])).toEqual(['cpu']);
    expect(uncounted({ metadata: { name: 'q' }, spec: { hard: { pods: '3' } } }, ['pods'])).toEqual([]);
  });
});

describe('resources that are not used without a quota', () => {
  const limited: LimitedResource[] = [
    {
      group: '',
      resource: 'pods',
      contains: [],
      scopes: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }],
    },
    { group: '', resource: 'persistentvolumeclaims', contains: ['gold.storageclass'], scopes: [] },
  ];
  const high = { spec: { containers: [], priorityClassName: 'high' } };
  const gold = { spec: { storageClassName: 'gold', resources: { requests: { storage: '1Gi' } } } };
  const quota = (spec: corev1.ResourceQuotaSpec): corev1.ResourceQuota => ({ spec, status: { hard: spec.hard } });
  const forGold = {
    'gold.storageclass.storage.k8s.io/requests.storage': '5Gi',
    'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '5',
  };
  test.each<[string, string, object, corev1.ResourceQuota[], string | undefined]>([
    ['a pod of that class', 'pods', high, [], 'insufficient quota to match these scopes: [{PriorityClass In [high]}]'],
    [
      'with a quota',
      'pods',
      high,
      [quota({ scopeSelector: { matchExpressions: limited[0]!.scopes as never[] } })],
      undefined,
    ],
    ['another pod', 'pods', { spec: { containers: [] } }, [], undefined],
    [
      'a claim of that class',
      'persistentvolumeclaims',
      gold,
      [quota({ hard: { 'gold.storageclass.storage.k8s.io/requests.storage': '5Gi' } })],
      'insufficient quota to consume: gold.storageclass.storage.k8s.io/persistentvolumeclaims',
    ],
    ['with all it needs', 'persistentvolumeclaims', gold, [quota({ hard: forGold })], undefined],
  ])('%s', (_name, resource, object, quotas, want) => {
    const subject = { group: '', resource, object };
    expect(uncovered(limited, subject, usageOf(subject), quotas)).toBe(want);
  });
});

describe('scopesMatch', () => {
  test.each<[string, corev1.ResourceQuotaSpec, corev1.PodSpec, boolean]>([
    ['no scopes', {}, {} as corev1.PodSpec, true],
    ['BestEffort', { scopes: ['BestEffort'] }, { containers: [container()] }, true],
    ['not BestEffort', { scopes: ['BestEffort'] }, { containers: [container({ cpu: '1' })] }, false],
    ['Terminating', { scopes: ['Terminating'] }, { containers: [], activeDeadlineSeconds: 5 }, true],
    ['NotTerminating', { scopes: ['NotTerminating'] }, { containers: [], activeDeadlineSeconds: 5 }, false],
    [
      'a priority class',
      { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } },
      { containers: [], priorityClassName: 'high' },
      true,
    ],
    [
      'another',
      { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'NotIn', values: ['high'] }] } },
      { containers: [], priorityClassName: 'high' },
      false,
    ],
  ])('%s', (_name, spec, podSpec, want) => {
    expect(scopesMatch(spec, { spec: podSpec })).toBe(want);
  });
});
