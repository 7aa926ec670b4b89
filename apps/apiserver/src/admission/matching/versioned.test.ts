import { expect, test } from '@jest/globals';
import { attributes } from '../../testing/attributes';
import { describeRequest, inVersion } from './versioned';

const pods = { group: '', version: 'v1' };

test('a write is described by its resource and kind in one version', async () => {
  const versioned = await inVersion(attributes({}), pods);
  expect(describeRequest(versioned)).toMatchObject({
    kind: { ...pods, kind: 'Pod' },
    resource: { ...pods, resource: 'pods' },
    requestKind: { ...pods, kind: 'Pod' },
  });
});

test('what is sent to a subresource keeps the group and version of its own kind', async () => {
  const kind = { group: 'policy', version: 'v1beta1', kind: 'Eviction' };
  const versioned = await inVersion(attributes({}, { kind, subresource: 'eviction' }), pods);
  expect(versioned.object).toEqual({ kind: 'Eviction', apiVersion: 'policy/v1beta1' });
  expect(describeRequest(versioned)).toMatchObject({
    kind,
    resource: { ...pods, resource: 'pods' },
    subResource: 'eviction',
    requestKind: kind,
  });
});
