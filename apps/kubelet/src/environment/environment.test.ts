import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { podWith } from '../testkit/pods';
import { environmentOf } from './environment';
import { expand } from './expansion';
import { fieldValue, resourceValue } from './field-values';
import { serviceEnvironment } from './service-environment';

const fields = {
  nodeName: 'n1',
  hostIPs: ['1.1.1.1'],
  podIPs: ['10.0.0.1', 'fd00::1'],
  allocatable: { cpu: '2', memory: '1Gi' },
};
const b64 = (text: string) => Buffer.from(text).toString('base64');

describe('expand', () => {
  const vars = new Map([
    ['A', 'a'],
    ['B', '$(A)'],
    ['EMPTY', ''],
  ]);
  test.each([
    ['plain', 'plain'],
    ['$(A)', 'a'],
    ['x$(A)y$(A)z', 'xayaz'],
    ['$(B)', '$(A)'],
    ['$(EMPTY)', ''],
    ['$(NONE)', '$(NONE)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$$$$(A)', '$$(A)'],
    ['$A', '$A'],
    ['$(A', '$(A'],
    ['end$', 'end$'],
    ['$()', '$()'],
  ])('%s becomes %s', (input, output) => expect(expand(input, name => vars.get(name))).toBe(output));
});

describe('serviceEnvironment', () => {
  const service = (
    namespace: string,
    name: string,
    clusterIP: string,
    ports: corev1.ServicePort[],
  ): corev1.Service => ({ metadata: { namespace, name }, spec: { clusterIP, ports } });
  const services = [
    service('default', 'kubernetes', '10.96.0.1', [{ name: 'https', port: 443, protocol: 'TCP' }]),
    service('ns', 'redis-master', '10.96.0.11', [{ port: 6379, protocol: 'TCP' }]),
    service('ns', 'headless', 'None', [{ port: 1 }]),
    service('other', 'far', '10.96.0.12', [{ port: 1 }]),
  ];
  test('has the pod’s namespace and the master', () => {
    expect(Object.fromEntries(serviceEnvironment(services, 'ns', true))).toEqual({
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
      KUBERNETES_SERVICE_PORT: '443',
      KUBERNETES_SERVICE_PORT_HTTPS: '443',
      KUBERNETES_PORT: 'tcp://10.96.0.1:443',
      KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
      KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
      KUBERNETES_PORT_443_TCP_PORT: '443',
      KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
      REDIS_MASTER_SERVICE_HOST: '10.96.0.11',
      REDIS_MASTER_SERVICE_PORT: '6379',
      REDIS_MASTER_PORT: 'tcp://10.96.0.11:6379',
      REDIS_MASTER_PORT_6379_TCP: 'tcp://10.96.0.11:6379',
      REDIS_MASTER_PORT_6379_TCP_PROTO: 'tcp',
      REDIS_MASTER_PORT_6379_TCP_PORT: '6379',
      REDIS_MASTER_PORT_6379_TCP_ADDR: '10.96.0.11',
    });
  });
  test('has the master alone where links are off', () => {
    expect([...serviceEnvironment(services, 'ns', false).keys()].every(name => name.startsWith('KUBERNETES_'))).toBe(
      true,
    );
  });
});

describe('field references', () => {
  const pod = podWith(
    {
      serviceAccountName: 'sa',
      containers: [{ name: 'main', resources: { limits: { cpu: '500m' }, requests: { memory: '1500' } } }],
    },
    { labels: { b: '2', a: 'x"y' }, annotations: { 'k/x': 'v' } },
  );
  test.each([
    ['metadata.name', 'web'],
    ['metadata.namespace', 'default'],
    ['metadata.uid', 'u1'],
    ['metadata.labels', 'a="x\\"y"\nb="2"'],
    ["metadata.labels['b']", '2'],
    ["metadata.labels['constructor']", ''],
    ["metadata.annotations['k/x']", 'v'],
    ['spec.nodeName', 'n1'],
    ['spec.serviceAccountName', 'sa'],
    ['status.hostIP', '1.1.1.1'],
    ['status.podIP', '10.0.0.1'],
    ['status.podIPs', '10.0.0.1,fd00::1'],
  ])('%s is %j', (path, value) => expect(fieldValue(pod, path, fields)).toBe(value));
  test('refuses other paths', () =>
    expect(() => fieldValue(pod, 'spec.containers', fields)).toThrow('unsupported fieldPath: spec.containers'));

  test.each([
    [{ resource: 'limits.cpu' }, '1'],
    [{ resource: 'limits.cpu', divisor: '1m' }, '500'],
    [{ resource: 'limits.memory' }, String(2 ** 30)],
    [{ resource: 'limits.memory', divisor: '1Mi' }, '1024'],
    [{ resource: 'requests.memory', divisor: '1k' }, '2'],
    [{ resource: 'requests.cpu' }, '0'],
  ])('%j is %s', (ref, value) => expect(resourceValue(pod, ref, 'main', fields)).toBe(value));
});

describe('environmentOf', () => {
  const objects = {
    configMap: (name: string) => Promise.resolve(name === 'cm' ? { data: { k: 'v', A: 'cm' } } : undefined),
    secret: (name: string) => Promise.resolve(name === 's' ? { data: { p: b64('word') } } : undefined),
    services: new Map([['SVC', 'svc']]),
    fields,
  };
  const of = (container: Partial<corev1.Container>) =>
    environmentOf(podWith(), { name: 'main', ...container }, objects).then(env => Object.fromEntries(env));
  test('joins services, envFrom and env, later wins, with references to what came before', async () => {
    const env = [
      { name: 'A', value: 'own' },
      { name: 'B', value: '$(A) $(X_k) $(SVC) $(LATER)' },
      { name: 'LATER', value: '1' },
      { name: 'P', valueFrom: { secretKeyRef: { name: 's', key: 'p' } } },
      { name: 'OPT', valueFrom: { configMapKeyRef: { name: 'none', key: 'x', optional: true } } },
    ];
    expect(
      await of({
        envFrom: [
          { configMapRef: { name: 'cm' } },
          { prefix: 'X_', configMapRef: { name: 'cm' } },
          { secretRef: { name: 'none', optional: true } },
        ],
        env,
      }),
    ).toEqual({
      SVC: 'svc',
      k: 'v',
      A: 'own',
      X_k: 'v',
      X_A: 'cm',
      B: 'own v svc $(LATER)',
      LATER: '1',
      P: 'word',
    });
  });
  test.each([
    [{ envFrom: [{ secretRef: { name: 'no' } }] }, 'secret "no" not found'],
    [
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'no' } } }] },
      "couldn't find key no in ConfigMap default/cm",
    ],
    [
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'toString' } } }] },
      "couldn't find key toString in ConfigMap default/cm",
    ],
    [
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'no' } } }] },
      "couldn't find key no in Secret default/s",
    ],
  ])('%j fails: %s', async (container, message) => {
    await expect(of(container)).rejects.toThrow(message);
  });
});
