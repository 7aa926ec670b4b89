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

describe('v1.33', () => {
  const later = (path: string) => ask(path, 33);
  const DRIVERS = '/apis/storage.k8s.io/v1/csidrivers';
  test('lets a driver change how volumes are mounted', () => {
    const of = (fsGroupPolicy: string, podInfoOnMount: boolean) => ({ spec: { fsGroupPolicy, podInfoOnMount } });
    expect(later(DRIVERS).changed(of('None', false), of('File', true))).toEqual([]);
  });
  test('bounds the tokens of a driver, and tells each finding once', () => {
    const tokenRequests = [
      { audience: 'a', expirationSeconds: 2 ** 32 + 1 },
      { audience: 'a', expirationSeconds: 1 },
    ];
    expect(later(DRIVERS).created({ spec: { tokenRequests } })).toEqual([
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
    ]);
  });
  test('takes long ids of nodes', () => {
    const node = (length: number) => ({ spec: { drivers: [{ name: 'd', nodeID: 'x'.repeat(length) }] } });
    const nodes = later('/apis/storage.k8s.io/v1/csinodes');
    expect(nodes.created(node(256))).toEqual([]);
    expect(nodes.created(node(257))).toEqual([
      expect.stringMatching(/^spec.drivers\[0\].nodeID: .*must be 256 characters or less$/),
    ]);
    expect(nodes.changed(node(1), node(2))).toEqual([expect.stringMatching(/^spec.drivers: .*field is immutable$/)]);
  });
  test('warns of labels that have a new name', () => {
    const key = 'beta.kubernetes.io/arch';
    const advice = 'deprecated since v1.14; use "kubernetes.io/arch" instead';
    const allowedTopologies = [{ matchLabelExpressions: [{ key, values: ['a'] }] }];
    expect(later('/apis/storage.k8s.io/v1/storageclasses').warned({ provisioner: 'p', allowedTopologies })).toEqual([
      `allowedTopologies[0].matchLabelExpressions[0].key: ${advice}`,
    ]);
    expect(
      later('/apis/storage.k8s.io/v1/namespaces/n/csistoragecapacities').warned({
        storageClassName: 's',
        nodeTopology: { matchLabels: { [key]: 'a' }, matchExpressions: [{ key, operator: 'Exists' }] },
      }),
    ).toEqual([
      `nodeTopology.matchExpressions[0].key: ${key} is ${advice}`,
      `nodeTopology.matchLabels.${key}: ${advice}`,
    ]);
    expect(
      later('/apis/node.k8s.io/v1/runtimeclasses').warned({
        handler: 'h',
        scheduling: { nodeSelector: { [key]: 'a' } },
      }),
    ).toEqual([`scheduling.nodeSelector: ${advice}`]);
  });
});

describe('a volume within an attachment', () => {
  const attached = (inlineVolumeSpec: Part) => ({
    spec: { attacher: 'a', nodeName: 'n', source: { inlineVolumeSpec } },
  });
  const at = 'spec.source.inlineVolumeSpec';
  const csi = { driver: 'd', volumeHandle: 'h' };
  test.each([20, 33])('v1.%i wants it to be a CSI one, and nothing that volumes of the cluster are', emulated => {
    const ATTACHMENTS = '/apis/storage.k8s.io/v1/volumeattachments';
    expect(ask(ATTACHMENTS, emulated).created(attached({ accessModes: ['ReadWriteOnce'], csi }))).toEqual([]);
    const odd = {
      hostPath: { path: '/a' },
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 's',
      volumeMode: 'Block',
    };
    expect(ask(ATTACHMENTS, emulated).created(attached(odd))).toEqual([
      `${at}.capacity: Forbidden: may not be specified in the context of inline volumes`,
      `${at}.csi: Required value: has to be specified in the context of inline volumes`,
      `${at}.persistentVolumeReclaimPolicy: Forbidden: may only be Retain in the context of inline volumes`,
      `${at}.storageClassName: Forbidden: may not be specified in the context of inline volumes`,
      `${at}.volumeMode: Forbidden: may not specify volumeMode other than Filesystem in the context of inline volumes`,
    ]);
  });
});

describe('the source of a claim in v1.33', () => {
  const CLAIMS = '/api/v1/namespaces/n/persistentvolumeclaims';
  const claim = (more: Part) => ({
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
  });
  test.each<readonly [title: string, sources: Part, findings: string[]]>([
    ['of any kind', { dataSourceRef: { apiGroup: 'example.com', kind: 'K', name: 'n' } }, []],
    [
      'of a kind of no group',
      { dataSourceRef: { kind: 'K', name: 'n' } },
      ['dataSource', 'dataSourceRef'].map(
        name =>
          `spec.${name}: Invalid value: "K": must be 'PersistentVolumeClaim' when referencing the default apiGroup`,
      ),
    ],
    [
      'in two forms that differ',
      {
        dataSource: { kind: 'PersistentVolumeClaim', name: 'a' },
        dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'b' },
      },
      ['spec: Invalid value: "spec.dataSource": must match dataSourceRef'],
    ],
  ])('%s', (_title, sources, findings) => {
    expect(ask(CLAIMS, 33).created(claim(sources))).toEqual(findings);
  });
});
