import { describe, expect, test } from '@jest/globals';
import type { corev1, storagev1 } from '@navarch/api';
import { attributes, found, onResource } from '../../testing/attributes';
import { TokenAudiences } from './token-audiences';

const spec = { accessModes: ['ReadWriteOnce'], capacity: {} };
const audiences = new TokenAudiences({
  claims: found<corev1.PersistentVolumeClaim>(
    { metadata: { namespace: 'ns', name: 'claim' }, spec: { volumeName: 'v' } },
    { metadata: { namespace: 'ns', name: 'p-own' }, spec: { volumeName: 'v' } },
    { metadata: { namespace: 'ns', name: 'lost' }, spec: { volumeName: 'gone' } },
    { metadata: { namespace: 'ns', name: 'pending' }, spec: {} },
  ),
  volumes: found<corev1.PersistentVolume>({
    metadata: { name: 'v' },
    spec: { ...spec, csi: { driver: 'driver', volumeHandle: 'h' } },
  }),
  drivers: found<storagev1.CSIDriver>({
    metadata: { name: 'driver' },
    spec: { tokenRequests: [{ audience: 'csi' }] },
  }),
  authorizer: {
    authorize: ({ verb, resource, namespace, name }) => ({
      outcome:
        `${verb} ${resource} ${namespace}/${name}` === 'request-serviceaccounts-token-audience granted ns/sa'
          ? 'allow'
          : 'no opinion',
    }),
  },
});

type Volume = Omit<corev1.Volume, 'name'>;
const token = (audience?: string): Volume => ({
  projected: { sources: [{ serviceAccountToken: { path: 't', ...(audience && { audience }) } }] },
});
const claim = (claimName: string): Volume => ({ persistentVolumeClaim: { claimName } });
const csi: Volume = { csi: { driver: 'driver' } };
const refused = (audience: string) =>
  `audience "${audience}" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience`;

describe('a node asks for a token', () => {
  test.each<[string, string[] | null, Volume[], string | undefined]>([
    ['of the audience that a volume names', ['vault'], [token('other'), token('vault')], undefined],
    ['of the default audience', [], [token()], undefined],
    ['of the default audience, with no list at all', null, [token()], undefined],
    ['of the default audience, which no volume wants', [], [token('vault')], refused('')],
    ['of another', ['vault'], [token()], refused('vault')],
    ['of two', ['vault', 'other'], [token('vault'), token('other')], 'node may only request 0 or 1 audiences'],
    ["of a driver's audience", ['csi'], [csi], undefined],
    ['of one that the driver does not want', ['vault'], [csi], refused('vault')],
    ["of the audience of a claim's driver", ['csi'], [claim('claim')], undefined],
    ['of one of an ephemeral volume', ['csi'], [{ ephemeral: {} }], undefined],
    ['with a claim that is not bound', ['csi'], [claim('pending')], refused('csi')],
    ['that is granted to it', ['granted'], [], undefined],
    [
      'with a claim that has gone',
      ['csi'],
      [claim('none')],
      'error validating audience "csi": persistentvolumeclaim "none" not found',
    ],
    ['with one that has gone beside the one that counts', ['csi'], [claim('none'), csi], undefined],
    [
      'with a volume and a driver that have gone',
      ['csi'],
      [claim('lost'), { csi: { driver: 'x' } }],
      'error validating audience "csi": [persistentvolume "gone" not found, csidriver.storage.k8s.io "x" not found]',
    ],
  ])('%s', async (_name, asked, volumes, want) => {
    const pod: corev1.Pod = {
      metadata: { namespace: 'ns', name: 'p' },
      spec: { containers: [], volumes: volumes.map(volume => ({ name: 'own', ...volume })) },
    };
    const request = attributes(
      { spec: { audiences: asked } },
      {
        ...onResource('serviceaccounts', 'TokenRequest'),
        ...{ subresource: 'token', name: 'sa', user: { name: 'system:node:n1', groups: ['system:nodes'] } },
      },
    );
    expect(await audiences.check(request, pod)).toBe(want);
  });
});
