import { describe, expect, test } from '@jest/globals';
import { parseResolvConf, podDns } from '../dns/pod-dns';
import { initialState, nextState } from '../prober/thresholds';
import { httpUrl, resolvePort } from '../prober/http-get';
import { staticPod } from '../config/static-pods';
import { podWith } from '../testkit/pods';
import { logOptions } from './container-logs';
import { kubeletAttributes } from './kubelet-server';
import { findContainerId, findPod, parseContainerPath } from './pod-lookup';
import { metricsText, summary, type RunningStats } from './stats';
import { streamsOf } from './streaming';

describe('requests to the kubelet', () => {
  test('paths name containers', () => {
    expect(parseContainerPath('/exec/ns/pod/main')).toEqual({ namespace: 'ns', podName: 'pod', containerName: 'main' });
    expect(parseContainerPath('/exec/ns/pod/uid/main')).toEqual({
      namespace: 'ns',
      podName: 'pod',
      uid: 'uid',
      containerName: 'main',
    });
    expect(() => parseContainerPath('/exec/ns/pod')).toThrow('404');
  });
  test('find the newest pod of a name', () => {
    const pods = [
      podWith({}, { uid: 'old', creationTimestamp: '2024-01-01T00:00:00Z' }),
      podWith({}, { uid: 'new', creationTimestamp: '2024-01-02T00:00:00Z' }),
    ];
    const lookup = { pods: () => pods, status: () => ({}) };
    expect(findPod(lookup, { namespace: 'default', podName: 'web' }).metadata?.uid).toBe('new');
    expect(findPod(lookup, { namespace: 'default', podName: 'web', uid: 'old' }).metadata?.uid).toBe('old');
    expect(() => findPod(lookup, { namespace: 'x', podName: 'web' })).toThrow('pod "web" not found');
  });
  test('find the container that runs, that ran last, or the one before', () => {
    const ended = (id: string) => ({ terminated: { exitCode: 1, containerID: `containerd://${id}` } });
    const of = (state: object, lastState: object, previous = false) => {
      const status = {
        containerStatuses: [
          {
            name: 'main',
            ready: true,
            restartCount: 0,
            image: '',
            imageID: '',
            containerID: 'containerd://now',
            state,
            lastState,
          },
        ],
      };
      return findContainerId({ pods: () => [], status: () => status }, podWith(), 'main', previous);
    };
    expect(of({ running: {} }, ended('before'))).toBe('now');
    expect(of({ running: {} }, ended('before'), true)).toBe('before');
    expect(of(ended('now'), {})).toBe('now');
    expect(of({ waiting: { reason: 'CrashLoopBackOff' } }, ended('before'))).toBe('before');
    expect(() => of({ waiting: { reason: 'ContainerCreating' } }, {})).toThrow(
      'container "main" in pod "web" is waiting to start: ContainerCreating',
    );
    expect(() => of({ waiting: { reason: 'ErrImagePull' } }, {})).toThrow(
      'container "main" in pod "web" is trying and failing to pull image',
    );
    expect(() => of({ running: {} }, {}, true)).toThrow('previous terminated container "main" in pod "web" not found');
  });
  test('options of a log', () => {
    expect(
      logOptions('follow=true&tailLines=5&timestamps=1&limitBytes=9&previous=false&sinceSeconds=10', 60_000),
    ).toEqual({ follow: true, previous: false, timestamps: true, tailLines: 5, limitBytes: 9, since: 50_000 });
    expect(logOptions('sinceTime=1970-01-01T00:00:01Z', 0)).toMatchObject({ since: 1000, follow: false });
    expect(() => logOptions('tailLines=-1', 0)).toThrow('invalid tailLines');
    expect(() => logOptions('sinceTime=x', 0)).toThrow('Unable to decode');
  });
  test('streams of an exec', () => {
    expect(streamsOf(new URLSearchParams('input=1&output=1&error=1'))).toEqual({
      stdin: true,
      stdout: true,
      stderr: true,
      tty: false,
    });
    expect(streamsOf(new URLSearchParams('output=1&error=1&tty=1'))).toEqual({
      stdin: false,
      stdout: true,
      stderr: false,
      tty: true,
    });
    expect(() => streamsOf(new URLSearchParams(''))).toThrow('at least 1');
  });
  test.each([
    ['GET', '/metrics', 'get', 'metrics'],
    ['GET', '/metrics/cadvisor', 'get', 'metrics'],
    ['GET', '/stats/summary', 'get', 'stats'],
    ['GET', '/containerLogs/a/b/c', 'get', 'proxy'],
    ['POST', '/exec/a/b/c', 'create', 'proxy'],
  ])('%s %s asks for %s nodes/%s', (method, path, verb, subresource) => {
    expect(kubeletAttributes(() => 'n1')(method, path)).toMatchObject({
      verb,
      resource: 'nodes',
      subresource,
      name: 'n1',
    });
  });
  test('a summary says of the node and of each pod what its memory holds', () => {
    const node = {
      cpuSeconds: 1,
      workingSetBytes: 30,
      usedBytes: 50,
      rssBytes: 20,
      memoryBytes: 100,
      cpus: 1,
      bootedAt: 0,
    };
    const container = (name: string, usageBytes: number) =>
      ({
        attributes: { id: name, labels: {}, metadata: { name } },
        memory: { usageBytes: { value: usageBytes }, workingSetBytes: { value: 3 }, rssBytes: { value: 2 } },
        startedAt: 0,
      }) as unknown as RunningStats;
    const pod = { name: 'p', namespace: 'n', uid: 'u', containers: [container('a', 5), container('b', 0)] };
    expect(summary('n1', [pod], node, [], 0)).toMatchObject({
      node: { memory: { availableBytes: 70, usageBytes: 50, workingSetBytes: 30, rssBytes: 20 } },
      pods: [
        {
          containers: [{ memory: { usageBytes: 5 } }, { memory: { usageBytes: 3 } }],
          memory: { usageBytes: 8, workingSetBytes: 6, rssBytes: 4 },
        },
      ],
    });
  });
  test('metrics are written as Prometheus reads them', () => {
    expect(
      metricsText([
        {
          name: 'm',
          help: 'h',
          type: 'gauge',
          samples: [
            { labels: { a: 'x"\\\n' }, value: 1 },
            { labels: {}, value: 2 },
          ],
        },
      ]),
    ).toBe('# HELP m h\n# TYPE m gauge\nm{a="x\\"\\\\\\n"} 1\nm 2\n');
  });
});

describe('podDns', () => {
  const host = parseResolvConf('# c\nnameserver 8.8.8.8\nsearch example.com.\noptions timeout:1\n');
  const cluster = { servers: ['10.96.0.10'], domain: 'cluster.local' };
  const of = (spec: object) => podDns(podWith(spec), cluster, host);
  test('ClusterFirst', () =>
    expect(of({})).toEqual({
      servers: ['10.96.0.10'],
      searches: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.com'],
      options: ['ndots:5'],
    }));
  test.each([{ dnsPolicy: 'Default' }, { hostNetwork: true, dnsPolicy: 'ClusterFirst' }])('%j is the host’s', spec =>
    expect(of(spec)).toEqual(host),
  );
  test('ClusterFirstWithHostNet', () =>
    expect(of({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }).servers).toEqual(['10.96.0.10']));
  test('dnsConfig is added', () => {
    expect(
      of({
        dnsConfig: {
          nameservers: ['1.1.1.1'],
          searches: ['x.y'],
          options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
        },
      }),
    ).toMatchObject({ servers: ['10.96.0.10', '1.1.1.1'], options: ['ndots:2', 'edns0'] });
    expect(of({ dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'] } })).toEqual({
      servers: ['1.1.1.1'],
      searches: [],
      options: [],
    });
  });
});

describe('probes', () => {
  const run = (kind: 'liveness' | 'readiness' | 'startup', outcomes: string, success = 1, failure = 3) =>
    [...outcomes].reduce((state, ok) => nextState(state, ok === '+', { success, failure }), initialState(kind));
  test.each([
    ['liveness', '', true, false],
    ['liveness', '--', true, false],
    ['liveness', '---', false, true],
    ['liveness', '--+--', true, true],
    ['readiness', '', false, false],
    ['readiness', '+', true, true],
    ['readiness', '+---', false, true],
    ['startup', '---', false, true],
    ['startup', '--+', true, true],
  ] as const)('%s after %j: healthy %s, decided %s', (kind, outcomes, healthy, decided) =>
    expect(run(kind, outcomes)).toMatchObject({ healthy, decided }),
  );
  test('successThreshold', () =>
    expect([run('readiness', '++', 3).healthy, run('readiness', '+++', 3).healthy]).toEqual([false, true]));
  test('addresses', () => {
    const container = { name: 'x', ports: [{ name: 'web', containerPort: 8080 }] };
    expect(httpUrl({ port: 'web', path: 'healthz?a=b' }, container, '10.0.0.1').href).toBe(
      'http://10.0.0.1:8080/healthz?a=b',
    );
    expect(httpUrl({ port: 443, scheme: 'HTTPS', host: 'h' }, container, 'fd00::1').href).toBe('https://h/');
    expect(httpUrl({ port: 80 }, container, 'fd00::1').href).toBe('http://[fd00::1]/');
    expect(() => resolvePort('none', container)).toThrow('couldn\'t find port "none"');
  });
});

describe('staticPod', () => {
  test('is named for its node, and changes its uid with its text', () => {
    const manifest = { kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'x' }] } };
    const [a, b] = [staticPod(manifest, 'one', 'Node-1', 0), staticPod(manifest, 'two', 'Node-1', 0)];
    expect(a).toMatchObject({
      metadata: { name: 'web-node-1', namespace: 'default' },
      spec: { nodeName: 'Node-1', tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] },
    });
    expect(a.metadata?.uid).not.toBe(b.metadata?.uid);
  });
});
