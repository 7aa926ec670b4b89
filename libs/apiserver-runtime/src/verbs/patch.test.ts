import { expect, test } from '@jest/globals';
import type { AnyObject, StatusError } from '@navarch/apimachinery';
import { allKinds } from '@navarch/kinds';
import { targetOf } from '../encoding/target';
import { Endpoint, Resource } from '../registry/resource';
import { patchObject } from './patch';

const ingress = allKinds(20).find(kind => kind.resource.kind === 'Ingress')!;
const deployment = allKinds(20).find(kind => kind.resource.kind === 'Deployment')!;
const cronJob = allKinds(20).find(kind => kind.resource.kind === 'CronJob')!;

function endpointOf(kind: typeof ingress, version: string): Endpoint {
  const resource = new Resource(kind, 20, {}, false, () => {
    throw new Error('nothing is stored');
  });
  return new Endpoint(
    resource,
    kind.versions.find(v => `${v.group}/${v.version}` === version)!,
  );
}

const before = { metadata: { name: 'x', namespace: 'n' } };
const workload = { ...before, spec: { template: { metadata: { labels: { a: 'b' } } } } };
const backend = { ...before, spec: { backend: { serviceName: 's', servicePort: 80 } } };

/** patched is what a merge patch that names another type makes of an object, in the hub version. */
function patched(kind: typeof ingress, version: string, object: AnyObject, patch: object): AnyObject {
  const endpoint = endpointOf(kind, version);
  const present = { kind: kind.resource.kind, apiVersion: version, ...object };
  const decode = { emulated: 20, fieldValidation: 'Ignore' as const, warn: () => undefined };
  return endpoint.toHub(patchObject(targetOf(endpoint), 'merge', patch, present, decode));
}

test('an object that a patch makes one of another version is converted, with the defaults of that', () => {
  const hub = patched(ingress, 'networking.k8s.io/v1beta1', backend, { apiVersion: 'extensions/v1beta1' });
  expect(hub).toMatchObject({
    apiVersion: 'networking.k8s.io/v1',
    spec: { defaultBackend: { service: { name: 's' } } },
  });
});

test('a version that is served no more is one still', () => {
  const hub = patched(deployment, 'apps/v1', workload, { apiVersion: 'apps/v1beta1' });
  expect(hub).toMatchObject({ apiVersion: 'apps/v1', spec: { selector: { matchLabels: { a: 'b' } } } });
  expect(patched(deployment, 'apps/v1', workload, {})['spec']).toMatchObject({ selector: null });
});

const WHERE = 'in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"';
const NAMELESS = 'the name of the object (x based on URL) was undeterminable: name must be provided';
test.each<[typeof ingress, string, object, string]>([
  [
    cronJob,
    'batch/v1beta1',
    { apiVersion: 'batch/v1' },
    `no kind "CronJob" is registered for version "batch/v1" ${WHERE}`,
  ],
  [
    deployment,
    'apps/v1',
    { kind: 'Pod', apiVersion: 'v1' },
    'converting (v1.Pod) to (apps.Deployment): unknown conversion',
  ],
  [deployment, 'apps/v1', { kind: 'Pod', apiVersion: 'v1', spec: 7 }, 'readObjectStart: expect { or n, but found 7'],
  [deployment, 'apps/v1', { apiVersion: '__internal' }, `is registered for the internal version of group "" ${WHERE}`],
  [deployment, 'apps/v1', { apiVersion: 'policy/' }, "Object 'apiVersion' is missing in '{"],
  [deployment, 'apps/v1', { apiVersion: 'apps/' }, NAMELESS],
  [deployment, 'apps/v1', { apiVersion: 'apps/__internal' }, NAMELESS],
  [deployment, 'apps/v1', { apiVersion: null }, NAMELESS],
])('%#. a patch to another type is refused', (kind, version, patch, why) => {
  let message = '';
  try {
    patched(kind, version, workload, patch);
  } catch (error) {
    ({ message } = error as StatusError);
  }
  expect(message).toContain(why);
});
