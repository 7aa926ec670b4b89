import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { create, findTarget } from '../../../testing/create';
import { forgetDisabled } from './disabled-fields';

const container = { name: 'c', image: 'i' };
const amounts = { limits: { cpu: '1' } };
const bundle = { sources: [{ clusterTrustBundle: { name: 'b', path: 'p' } }] };
const image = { name: 'v', image: { reference: 'r' } };
const mounted = { ...container, volumeMounts: [{ name: 'v', mountPath: '/v' }] };

const within = (podAffinityTerm: object) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm }],
});

describe.each<[what: string, spec: object, dropped: object, used: number | undefined]>([
  ['amounts of the whole pod', { containers: [container], resources: amounts }, { containers: [container] }, 34],
  [
    'claims of resources',
    { containers: [{ ...container, resources: { claims: [{ name: 'r' }] } }], resourceClaims: [{ name: 'r' }] },
    { containers: [{ ...container, resources: {} }] },
    34,
  ],
  ['users of their own', { containers: [container], hostUsers: false }, { containers: [container] }, 33],
  [
    'how containers take other amounts',
    { containers: [{ ...container, resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }] }] },
    { containers: [container] },
    33,
  ],
  [
    'mounts that are read-only below',
    { initContainers: [{ ...mounted, volumeMounts: [{ name: 'v', recursiveReadOnly: 'Enabled' }] }] },
    { initContainers: [{ ...mounted, volumeMounts: [{ name: 'v' }] }] },
    31,
  ],
  [
    'init containers that go on',
    { initContainers: [{ ...container, restartPolicy: 'Always' }], containers: [container] },
    { initContainers: [container], containers: [container] },
    29,
  ],
  [
    'probes by gRPC',
    { containers: [{ ...container, readinessProbe: { grpc: { port: 1 } } }] },
    { containers: [{ ...container, readinessProbe: {} }] },
    24,
  ],
  [
    'namespaces by their labels',
    { affinity: { podAffinity: within({ topologyKey: 'k', namespaceSelector: {} }) } },
    { affinity: { podAffinity: within({ topologyKey: 'k' }) } },
    22,
  ],
  [
    'signals to stop by',
    { containers: [{ ...container, lifecycle: { stopSignal: 'SIGUSR1' } }] },
    { containers: [{ ...container, lifecycle: {} }] },
    undefined,
  ],
  [
    'bundles of certificates',
    { containers: [container], volumes: [{ name: 'v', projected: bundle }] },
    { containers: [container], volumes: [{ name: 'v', projected: { sources: [{}] } }] },
    undefined,
  ],
  [
    'volumes of images, with their mounts',
    { containers: [mounted], volumes: [image, { name: 'w' }] },
    { containers: [{ ...container, volumeMounts: [] }], volumes: [{ name: 'w' }] },
    35,
  ],
])('%s', (_, spec, dropped, used) => {
  const after = (emulated: number, old?: object) => {
    const pod = structuredClone({ spec }) as { spec: corev1.PodSpec };
    forgetDisabled('spec', emulated)(pod, old && { spec: old });
    return pod.spec;
  };
  test('are dropped while the release does not use them, but for what has them', () => {
    const unused = (used ?? 34) - 1;
    expect(after(unused)).toEqual(dropped);
    expect(after(unused, spec)).toEqual(spec);
    if (used !== undefined) expect(after(used)).toEqual(spec);
  });
});

test.each([
  ['/api/v1/namespaces/n/pods', (spec: object) => spec, 'spec'],
  ['/apis/apps/v1/namespaces/n/deployments', (spec: object) => ({ template: { spec } }), 'spec.template.spec'],
  [
    '/apis/batch/v1beta1/namespaces/n/cronjobs',
    (spec: object) => ({ jobTemplate: { spec: { template: { spec } } } }),
    'spec.jobTemplate.spec.template.spec',
  ],
])('templates are no exception: %s', (path, within, at) => {
  const spec = within({ containers: [{ ...container, securityContext: { procMount: 'Unmasked' } }] });
  const { object } = create(findTarget(path, 20)!, { metadata: { name: 'x' }, spec }, 20);
  expect(object).toHaveProperty(`${at}.containers[0].securityContext.procMount`, 'Default');
});
