import { describe, expect, test } from '@jest/globals';
import type { corev1, policyv1 } from '@navarch/api';
import { silentLogger } from '@navarch/base';
import { preferredAddress } from '../kubelet/kubelet-connection';
import { containerOf } from '../kubelet/pod-target';
import { isProxyable, parseProxyName } from '../proxy/proxy-target';
import { Health } from '../routes/health';
import { assignNode, checkBinding, checkPreconditions } from './binding';
import { covers, takeDisruption, unhealthyMayGo } from './disruption-budget';
import { needsBudget } from './eviction';
import { setPodCondition } from './pod-condition';
import { checkLogOptions } from './pod-log';
import { kubeletPath, streamOptions, type StreamKind } from './pod-streams';

const query = (text: string) => new URLSearchParams(text);

test.each<[StreamKind, string, object]>([
  [
    'exec',
    'container=c&command=sh&command=-c&stdin=true&stdout=1&tty=&stderr=False',
    { kind: 'PodExecOptions', stdin: true, stdout: true, tty: true, container: 'c', command: ['sh', '-c'] },
  ],
  ['attach', 'stdout=yes&stderr=0&command=sh', { kind: 'PodAttachOptions', stdout: true }],
  ['portforward', 'ports=80&ports=443&stdin=1', { kind: 'PodPortForwardOptions', ports: [80, 443] }],
  ['portforward', '', { kind: 'PodPortForwardOptions' }],
])('%s?%s is seen by admission as %j', (kind, asked, want) => {
  expect(streamOptions(kind, query(asked))).toEqual({ apiVersion: 'v1', ...want });
});

test.each<[StreamKind, string, string]>([
  [
    'exec',
    'container=c&command=sh&command=-c&stdin=true&stdout=1&tty=true&stderr=false',
    '/exec/n/p/c?input=1&output=1&tty=1&command=sh&command=-c',
  ],
  ['attach', 'stdout=true&stderr=true', '/attach/n/p/c?output=1&error=1'],
  ['portforward', 'ports=80&ports=443', '/portForward/n/p?port=80&port=443'],
  ['portforward', '', '/portForward/n/p'],
])('%s?%s goes to %s', (kind, asked, want) => {
  expect(kubeletPath(kind, 'n', 'p', 'c', streamOptions(kind, query(asked)))).toBe(want);
});

describe('containerOf', () => {
  const pod: corev1.Pod = {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'a' }, { name: 'b' }], initContainers: [{ name: 'i' }] },
  };
  const annotated = {
    ...pod,
    metadata: { name: 'p', annotations: { 'kubectl.kubernetes.io/default-container': 'b' } },
  };
  const choose = 'a container name must be specified for pod p, choose one of: [i a b]';
  test.each<[string, corev1.Pod, string | null, boolean, string, boolean]>([
    ['named', pod, 'i', false, 'i', true],
    ['not there', pod, 'x', false, 'container x is not valid for pod p', false],
    ['not named', pod, null, false, choose, false],
    ['the annotated one', annotated, null, true, 'b', true],
    ['logs know no annotated one', annotated, null, false, choose, false],
    ['the only one', { metadata: { name: 'p' }, spec: { containers: [{ name: 'a' }] } }, null, false, 'a', true],
  ])('%s', (_name, one, requested, withDefault, want, ok) => {
    const run = () => containerOf(one, requested, withDefault);
    if (ok) expect(run()).toBe(want);
    else expect(run).toThrow(want);
  });
});

test.each<[string, string[]]>([
  ['tailLines=5&follow=true', []],
  ['tailLines=-1', ['tailLines']],
  ['limitBytes=0', ['limitBytes']],
  ['sinceSeconds=0', ['sinceSeconds']],
  ['sinceSeconds=1&sinceTime=2021-01-02T03:04:05Z', ['[]']],
])('log options %s: %j', (text, fields) => {
  expect(checkLogOptions(query(text)).map(error => error.field)).toEqual(fields);
});
test.each([
  ['tailLines=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
  ['limitBytes=99999999999999999999', 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
  ['sinceTime=x', 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
])('log options %s are a bad request', (text, want) => expect(() => checkLogOptions(query(text))).toThrow(want));
test.each([
  ['x', 'invalid syntax'],
  ['70000', 'value out of range'],
])('port %s is a bad request', (port, why) =>
  expect(() => streamOptions('portforward', query(`ports=80&ports=${port}`))).toThrow(
    `cannot convert to []int32: strconv.ParseUint: parsing "${port}": ${why}`,
  ),
);

test.each([
  ['web', { scheme: '', name: 'web', port: '' }],
  ['web:80', { scheme: '', name: 'web', port: '80' }],
  ['https:web:', { scheme: 'https', name: 'web', port: '' }],
  ['https:web:443', { scheme: 'https', name: 'web', port: '443' }],
  ['ftp:web:1', undefined],
  ['', undefined],
])('proxy name %j', (text, want) => expect(parseProxyName(text)).toEqual(want));

test.each([
  ['10.1.2.3', true],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['0.0.0.0', false],
  ['224.0.0.1', false],
  ['fd00::1', true],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['localhost', false],
  ['', false],
])('%s may be reached: %s', (host, want) => expect(isProxyable(host)).toBe(want));

describe('assignNode', () => {
  const binding: corev1.Binding = {
    metadata: { name: 'p', annotations: { a: 'b' } },
    target: { kind: 'Node', name: 'n1' },
  };
  const pod = (change: Partial<corev1.Pod> = {}): corev1.Pod => ({
    metadata: { name: 'p', uid: 'u' },
    spec: { containers: [] },
    ...change,
  });
  test('writes node, annotations and condition', () => {
    const made = pod({ status: { conditions: [{ type: 'PodScheduled', status: 'False' }] } });
    assignNode(made, binding, 0);
    expect(made).toMatchObject({
      metadata: { annotations: { a: 'b' } },
      spec: { nodeName: 'n1' },
      status: { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '1970-01-01T00:00:00Z' }] },
    });
  });
  test.each<[string, corev1.Pod, corev1.Binding]>([
    ['pod p is already assigned to node "n2"', pod({ spec: { containers: [], nodeName: 'n2' } }), binding],
    [
      'pod p is being deleted, cannot be assigned to a host',
      pod({ metadata: { name: 'p', deletionTimestamp: 'x' } }),
      binding,
    ],
    ['non-empty .spec.schedulingGates', pod({ spec: { containers: [], schedulingGates: [{ name: 'g' }] } }), binding],
  ])('%s', (why, made, asked) => expect(() => assignNode(made, asked, 0)).toThrow(why));
  test.each<[string, corev1.Binding['metadata']]>([
    ['UID in precondition: v, UID in object meta: u', { uid: 'v' }],
    ['ResourceVersion in precondition: 1, ResourceVersion in object meta: 2', { uid: 'u', resourceVersion: '1' }],
  ])('%s', (why, metadata) => {
    const made = pod({ metadata: { name: 'p', namespace: 'n', uid: 'u', resourceVersion: '2' } });
    const message =
      'Operation cannot be fulfilled on pods "p": StorageError: invalid object, Code: 4, Key: /registry/pods/n/p, ' +
      `ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${why}`;
    expect(() => checkPreconditions(made, { ...binding, metadata })).toThrow(expect.objectContaining({ message }));
  });
});

test.each<[string, corev1.Binding['target']]>([
  ['target.name: Required value', {}],
  [
    '[target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]',
    { kind: 'Pod' },
  ],
])('a binding is refused: %s', (message, target) => {
  expect(() => checkBinding({ target })).toThrow(expect.objectContaining({ code: 500, message }));
});

test('a condition of a pod stays where it stood, and since when it is so', () => {
  const ready = { type: 'Ready', status: 'True' };
  const pod: corev1.Pod = { status: { conditions: [{ type: 'A', status: 'False', reason: 'x' }, ready] } };
  setPodCondition(pod, { type: 'A', status: 'True' }, 0);
  const a = { type: 'A', status: 'True', lastTransitionTime: '1970-01-01T00:00:00Z' };
  expect(pod.status?.conditions).toEqual([a, ready]);
  setPodCondition(pod, { type: 'A', status: 'True', reason: 'y' }, 5000);
  expect(pod.status?.conditions).toEqual([{ ...a, reason: 'y' }, ready]);
  setPodCondition(pod, { type: 'B', status: 'True' }, 0);
  expect(pod.status?.conditions?.map(({ type }) => type)).toEqual(['A', 'Ready', 'B']);
});

describe('evictions', () => {
  const budget = (status: Partial<policyv1.PodDisruptionBudgetStatus>): policyv1.PodDisruptionBudget => ({
    metadata: { name: 'b', generation: 1 },
    status: {
      observedGeneration: 1,
      disruptionsAllowed: 0,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      ...status,
    },
  });
  test('one that is allowed is counted', () => {
    const made = budget({ disruptionsAllowed: 1 });
    takeDisruption(made, 'p', 0, 20);
    expect(made.status).toMatchObject({ disruptionsAllowed: 0, disruptedPods: { p: '1970-01-01T00:00:00Z' } });
    expect(made.status).not.toHaveProperty('conditions');
  });
  test('the last one is told by a condition', () => {
    const allowed = { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' };
    const made = budget({
      disruptionsAllowed: 2,
      conditions: [{ ...allowed, lastTransitionTime: '1969-01-01T00:00:00Z' }],
    });
    takeDisruption(made, 'p', 0, 33);
    expect(made.status?.conditions?.[0]?.status).toBe('True');
    takeDisruption(made, 'q', 0, 33);
    expect(made.status?.conditions).toEqual([
      {
        ...{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' },
        ...{ observedGeneration: 1, lastTransitionTime: '1970-01-01T00:00:00Z' },
      },
    ]);
  });
  test.each<[Partial<policyv1.PodDisruptionBudgetStatus>, string]>([
    [{}, 'The disruption budget b needs 1 healthy pods and has 1 currently'],
    [{ observedGeneration: 0 }, 'The disruption budget b is still being processed by the server.'],
  ])('%j is refused', (status, why) => {
    expect(() => takeDisruption(budget(status), 'p', 0, 33)).toThrow(
      expect.objectContaining({
        code: 429,
        details: expect.objectContaining({ causes: [{ reason: 'DisruptionBudget', message: why }] }),
      }),
    );
  });
  test('pods that run nothing need no budget', () => {
    expect(['Pending', 'Running', 'Succeeded', 'Failed'].filter(phase => needsBudget({ status: { phase } }))).toEqual([
      'Running',
    ]);
  });
  test.each<[string, corev1.Pod, number, boolean]>([
    ['every pod', { metadata: { labels: { a: 'b' } } }, 33, true],
    ['a pod without labels too', { metadata: {} }, 33, true],
    ['nothing up to 1.20', { metadata: { labels: { a: 'b' } } }, 20, false],
  ])('an empty selector chooses %s', (_what, made, emulated, want) => {
    expect(covers({ spec: { selector: {} } }, made, emulated)).toBe(want);
  });
  test('an unhealthy pod may go where enough are healthy, or if the budget says so', () => {
    const ready: corev1.Pod = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
    expect(unhealthyMayGo(budget({}), {})).toBe(true);
    expect(unhealthyMayGo(budget({}), ready)).toBe(false);
    expect(unhealthyMayGo(budget({ currentHealthy: 0 }), {})).toBe(false);
    expect(
      unhealthyMayGo({ ...budget({ currentHealthy: 0 }), spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } }, {}),
    ).toBe(true);
  });
});

test('a node is reached at the preferred sort of address', () => {
  const node: corev1.Node = {
    status: {
      addresses: [
        { type: 'Hostname', address: 'h' },
        { type: 'InternalIP', address: '10.0.0.1' },
      ],
    },
  };
  expect(preferredAddress(node, ['InternalIP', 'Hostname'])).toBe('10.0.0.1');
  expect(preferredAddress(node, ['ExternalIP'])).toBeUndefined();
});

describe('Health', () => {
  const health = new Health(silentLogger, 33);
  health.add('ping', () => undefined);
  const done = health.pending('late', ['readyz']);
  test('tells of each check, and why none is told', async () => {
    expect(await health.answer('livez', false, [])).toEqual({ ok: true, body: 'ok' });
    expect(await health.answer('readyz', false, [])).toEqual({
      ok: false,
      body: '[+]ping ok\n[-]late failed: reason withheld\nreadyz check failed\n',
    });
    expect((await health.answer('readyz', true, ['late', 'x', 'a', 'x'])).body).toBe(
      '[+]ping ok\n[+]late excluded: ok\nwarn: some health checks cannot be excluded: no matches for "a","x"\nreadyz check passed\n',
    );
    done();
    expect((await health.answer('readyz', false, [])).ok).toBe(true);
  });

  const [producer, authentication] = [
    'priority-and-fairness-config-producer',
    'start-cluster-authentication-info-controller',
  ];
  test.each([
    [20, [producer, authentication]],
    [33, [authentication, producer]],
  ])('lists checks in the order of 1.%d', (emulated, order) => {
    const ordered = new Health(silentLogger, emulated);
    for (const name of [producer, 'ping', authentication])
      ordered.add(name === 'ping' ? name : `poststarthook/${name}`, () => undefined);
    expect(ordered.names('readyz')).toEqual(['ping', ...order.map(name => `poststarthook/${name}`)]);
  });
});
