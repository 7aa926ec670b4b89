import { describe, expect, test } from '@jest/globals';
import { ask } from '../../testing/findings';

type Part = Readonly<Record<string, unknown>>;

describe('v1.20 says of storage classes', () => {
  const CLASSES = '/apis/storage.k8s.io/v1/storageclasses';
  const topology = (...values: string[]) => ({ matchLabelExpressions: [{ key: 'zone', values }] });
  test.each<readonly [title: string, body: Part, findings: string[]]>([
    [
      'places without values, and the same twice',
      { allowedTopologies: [topology(), topology('a', 'b'), topology('b', 'a')] },
      [
        'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
        'allowedTopologies[2].matchLabelExpressions: Duplicate value: ""',
      ],
    ],
  ])('%s', (_title, body, findings) => {
    expect(ask(CLASSES).created({ provisioner: 'p', ...body })).toEqual(findings);
  });
  test('only whether volumes grow can change', () => {
    const after = { provisioner: 'q', reclaimPolicy: 'Retain', volumeBindingMode: 'WaitForFirstConsumer' };
    expect(ask(CLASSES).changed({ provisioner: 'p' }, { ...after, allowVolumeExpansion: true })).toEqual([
      'provisioner: Forbidden: updates to provisioner are forbidden.',
      'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
      'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
    ]);
  });
});

describe('v1.20 says of drivers', () => {
  test('what a driver needs is fixed', () => {
    const before = { spec: { attachRequired: true, podInfoOnMount: true } };
    const after = { spec: { attachRequired: false, podInfoOnMount: false, volumeLifecycleModes: ['Ephemeral'] } };
    const DRIVERS = '/apis/storage.k8s.io/v1/csidrivers';
    expect(ask(DRIVERS).changed(before, after)).toEqual([
      'spec: Invalid value: storage.CSIDriverSpec{AttachRequired:(*bool)(0xc000000000), FSGroupPolicy:(*storage.FSGroupPolicy)(0xc000000000), PodInfoOnMount:(*bool)(0xc000000000), VolumeLifecycleModes:[]storage.VolumeLifecycleMode{"Ephemeral"}, StorageCapacity:(*bool)(nil), TokenRequests:[]storage.TokenRequest(nil), RequiresRepublish:(*bool)(nil)}: field is immutable',
    ]);
  });

  const NODES = '/apis/storage.k8s.io/v1/csinodes';
  const node = (driver: Part) => ({ spec: { drivers: [{ name: 'd', nodeID: 'n', topologyKeys: null, ...driver }] } });
  test.each<readonly [title: string, release: number, driver: Part, count: number]>([
    ['an id of 150 characters', 20, { nodeID: 'n'.repeat(150) }, 2],
    ['… today', 33, { nodeID: 'n'.repeat(150) }, 0],
    ['a key twice', 20, { topologyKeys: ['a', 'a'] }, 2],
    ['a negative count', 20, { allocatable: { count: -1 } }, 2],
  ])('of a node: %s', (_title, release, driver, count) => {
    expect(ask(NODES, release).created(node(driver))).toHaveLength(count);
  });
  test('of a node: a driver stays as it is', () => {
    expect(ask(NODES).changed(node({}), node({ nodeID: 'm' }))).toEqual([
      'CSINodeDriver: Invalid value: storage.CSINodeDriver{Name:"d", NodeID:"m", TopologyKeys:[]string(nil), Allocatable:(*storage.VolumeNodeResources)(nil)}: field is immutable',
    ]);
  });
  test('an attachment stays as it is', () => {
    const attachment = (nodeName: string) => ({
      spec: { attacher: 'a', nodeName, source: { persistentVolumeName: 'v' } },
    });
    expect(ask('/apis/storage.k8s.io/v1/volumeattachments').changed(attachment('n'), attachment('m'))).toEqual([
      'spec: Invalid value: storage.VolumeAttachmentSpec{Attacher:"a", Source:storage.VolumeAttachmentSource{PersistentVolumeName:(*string)(0xc000000000), InlineVolumeSpec:(*core.PersistentVolumeSpec)(nil)}, NodeName:"m"}: field is immutable',
    ]);
  });
});

describe('v1.20 says of a class', () => {
  const term = { matchLabelExpressions: [{ key: 'a', values: ['b'] }] };
  const places = (...at: number[]) => at.map(i => `allowedTopologies[${i}].matchLabelExpressions: Duplicate value: ""`);
  test.each<readonly [title: string, more: Part, findings: string[]]>([
    ['terms that differ', { allowedTopologies: [term] }, []],
    ['a term twice', { allowedTopologies: [term, term] }, places(1)],
    ['a term that names nothing', { allowedTopologies: [{}] }, places(0)],
    ['two of them', { allowedTopologies: [{}, {}] }, places(0, 0, 1, 1, 1)],
    [
      'no mode',
      { volumeBindingMode: '' },
      ['volumeBindingMode: Unsupported value: "": supported values: "Immediate", "WaitForFirstConsumer"'],
    ],
  ])('%s', (_title, more, findings) => {
    expect(ask('/apis/storage.k8s.io/v1/storageclasses').created({ provisioner: 'a.b/c', ...more })).toEqual(findings);
  });
});

describe('v1.20 says of volumes and claims', () => {
  const VOLUMES = '/api/v1/persistentvolumes';
  const volume = (source: Part) => ({
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...source },
  });
  test.each<readonly [title: string, source: Part, findings: string[]]>([
    [
      'a secret without a namespace',
      { csi: { driver: 'd', volumeHandle: 'h', nodePublishSecretRef: { name: 's' } } },
      ['spec.csi.nodePublishSecretRef .namespace: Required value'],
    ],
    [
      'a namespace without a name',
      { azureFile: { secretName: 's', shareName: 's', secretNamespace: '' } },
      ['spec.azureFile.secretNamespace: Required value'],
    ],
  ])('%s', (_title, source, findings) => {
    expect(ask(VOLUMES).created(volume(source))).toEqual(findings);
  });
  test('what a volume is on is fixed', () => {
    const before = volume({ hostPath: { path: '/a' } });
    expect(ask(VOLUMES).changed(before, volume({ hostPath: { path: '/b' }, volumeMode: 'Block' }))).toEqual([
      expect.stringMatching(/^spec.persistentvolumesource: Forbidden: /),
      'volumeMode: Invalid value: "Block": field is immutable',
    ]);
  });
  test('how its secrets are told may be added', () => {
    const csi = { driver: 'd', volumeHandle: 'h' };
    const secret = { name: 's', namespace: 'n' };
    expect(
      ask(VOLUMES).changed(volume({ csi }), volume({ csi: { ...csi, controllerExpandSecretRef: secret } })),
    ).toEqual([]);
  });
  test('a source of a kind that the release does not know is dropped from a claim that had none', () => {
    const claim = (more: Part) => ({
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
    });
    const findings = ask('/api/v1/namespaces/n/persistentvolumeclaims').changed(
      claim({}),
      claim({ dataSource: { kind: 'X', name: '' } }),
    );
    expect(findings).toEqual([]);
  });
  test('a claim that names no source', () => {
    const spec = {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      dataSource: { kind: 'PersistentVolumeClaim', name: '' },
    };
    expect(ask('/api/v1/namespaces/n/persistentvolumeclaims').created({ spec })).toEqual([
      'spec.dataSource.name: Required value',
    ]);
  });
});
