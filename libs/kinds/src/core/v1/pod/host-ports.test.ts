import { expect, test } from '@jest/globals';
import { create, findTarget } from '../../../testing/create';
import { ask } from '../../../testing/findings';

const spec = (hostPort?: number) => ({
  hostNetwork: true,
  containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, ...(hostPort !== undefined && { hostPort }) }] }],
});
const deployment = (hostPort?: number) => ({
  metadata: { name: 'x' },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: spec(hostPort) },
  },
});
const DEPLOYMENTS = '/apis/apps/v1/namespaces/n/deployments';
const PODS = '/api/v1/namespaces/n/pods';

test.each([
  ['a pod', 33, PODS, { metadata: { name: 'x' }, spec: spec() }, true],
  ['a template', 27, DEPLOYMENTS, deployment(), true],
  ['no template', 28, DEPLOYMENTS, deployment(), false],
])('%s gets the ports of the host (1.%d)', (_, emulated, path, body, gets) => {
  const { object, errors } = create(findTarget(path, emulated)!, body, emulated);
  expect(errors).toEqual([]);
  expect(JSON.stringify(object).includes('"hostPort":80')).toBe(gets);
});

const OLD = 'containerPort: Invalid value: 80: must match `hostPort` when `hostNetwork` is true';
const NEW = 'hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true';
test.each([
  [27, OLD],
  [28, NEW],
])('1.%d refuses other ones', (emulated, text) => {
  const at = 'spec.containers[0].ports[0]';
  expect(ask(PODS, emulated).created({ spec: spec(81) })).toEqual([`${at}.${text}`]);
  expect(ask(DEPLOYMENTS, emulated).created(deployment(81))).toEqual([`spec.template.${at}.${text}`]);
});
