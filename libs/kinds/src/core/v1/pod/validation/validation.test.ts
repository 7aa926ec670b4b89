import { describe, expect, test } from '@jest/globals';
import { Path } from '@navarch/apimachinery';
import { ask } from '../../../../testing/findings';
import { validateSecurityContext } from './security';

const PODS = '/api/v1/namespaces/n/pods';
type Part = Readonly<Record<string, unknown>>;
const container = (more: Part = {}) => ({ name: 'c', image: 'i', ...more });
const pod = (spec: Part, metadata: Part = {}) => ({
  metadata,
  spec: { serviceAccountName: 'a', containers: [container()], ...spec },
});
const withContainer = (more: Part) => pod({ containers: [container(more)] });
const withVolume = (source: Part) => pod({ volumes: [{ name: 'v', ...source }] });

describe('v1.20 says of a pod', () => {
  const table: readonly (readonly [title: string, body: Part, findings: unknown[]])[] = [
    [
      'an image with spaces, after everything else',
      pod({ containers: [container({ image: ' i' })], restartPolicy: 'Odd' }),
      [
        'spec.restartPolicy: Unsupported value: "Odd": supported values: "Always", "OnFailure", "Never"',
        'spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace',
      ],
    ],
    [
      'two init containers of one name, at two places',
      pod({ initContainers: [container({ name: 'a' }), container({ name: 'a' })] }),
      ['spec.initContainers[1].name: Duplicate value: "a"', 'spec.initContainers[1].name: Duplicate value: "a"'],
    ],
    [
      'two containers without a name',
      pod({ containers: [container({ name: '' }), container({ name: '' })] }),
      [
        'spec.containers[0].name: Required value',
        'spec.containers[1].name: Required value',
        'spec.containers[1].name: Duplicate value: ""',
      ],
    ],
    [
      'a hook of an init container',
      pod({ initContainers: [container({ name: 'a', lifecycle: { preStop: { exec: { command: ['x'] } } } })] }),
      [
        'spec.initContainers[0].lifecycle: Invalid value: core.Lifecycle{PostStart:(*core.Handler)(nil), PreStop:(*core.Handler)(0xc000000000)}: must not be set for init containers',
      ],
    ],
    [
      'a resource it does not know',
      withContainer({ resources: { requests: { odd: '1' } } }),
      [
        'spec.containers[0].resources.requests[odd]: Invalid value: "odd": must be a standard resource type or fully qualified',
        'spec.containers[0].resources.requests[odd]: Invalid value: "odd": must be a standard resource for containers',
      ],
    ],
    [
      'huge pages alone',
      withContainer({ resources: { limits: { 'hugepages-2Mi': '2Mi' } } }),
      ['spec.containers[0].resources: Forbidden: HugePages require cpu or memory'],
    ],
    [
      'limits that are wrong, in the order in which they were written',
      withContainer({ resources: { limits: { memory: '-1', cpu: '-1' } } }),
      [
        'spec.containers[0].resources.limits[memory]: Invalid value: "-1": must be greater than or equal to 0',
        'spec.containers[0].resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
        'spec.containers[0].resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0',
        'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      ],
    ],
    [
      'a propagation that only the privileged may ask for, without its index',
      pod({
        volumes: [{ name: 'v', emptyDir: {} }],
        containers: [container({ volumeMounts: [{ name: 'v', mountPath: '/v', mountPropagation: 'Bidirectional' }] })],
      }),
      [
        'spec.containers[0].volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
      ],
    ],
    [
      'a field that has no parts',
      withContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "spec.nodeName['x']" } } }] }),
      [
        "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"spec.nodeName['x']\": error converting fieldPath: field label does not support subscript: spec.nodeName['x']",
      ],
    ],
    [
      'a label with a bad name',
      withContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a b']" } } }] }),
      [expect.stringContaining('spec.containers[0].env[0].valueFrom.fieldRef: Invalid value: "a b": ')],
    ],
    [
      'huge pages in the downward API',
      withContainer({ env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.hugepages-2Mi' } } }] }),
      [expect.stringContaining('resource: Unsupported value: "limits.hugepages-2Mi": supported values: ')],
    ],
    [
      'a toleration with a value it does not need',
      pod({ tolerations: [{ key: 'k', operator: 'Exists', value: 'v' }] }),
      [
        'spec.tolerations[0].operator: Invalid value: core.Toleration{Key:"k", Operator:"Exists", Value:"v", Effect:"", TolerationSeconds:(*int64)(nil)}: value must be empty when `operator` is \'Exists\'',
      ],
    ],
    [
      'one spread asked for twice, at the first of the two',
      pod({
        topologySpreadConstraints: [1, 2].map(maxSkew => ({
          maxSkew,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
        })),
      }),
      ['spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"'],
    ],
    [
      'processes of the host that are the pod’s as well',
      pod({ hostPID: true, shareProcessNamespace: true }),
      [
        'spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
      ],
    ],
    [
      'a profile that is no file, its type first',
      pod({ securityContext: { seccompProfile: { type: 'Odd', localhostProfile: 'f' } } }),
      [
        'spec.securityContext.seccompProfile.type: Unsupported value: "Odd": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
        'spec.securityContext.seccompProfile.localhostProfile: Invalid value: core.SeccompProfile{Type:"Odd", LocalhostProfile:(*string)(0xc000000000)}: can only be set when seccomp type is Localhost',
      ],
    ],
    [
      'annotations that the node acts upon',
      pod(
        {},
        {
          annotations: {
            'seccomp.security.alpha.kubernetes.io/pod': 'odd',
            'container.apparmor.security.beta.kubernetes.io/other': 'odd',
            'kubernetes.io/config.mirror': 'm',
          },
        },
      ),
      [
        'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "m": must set spec.nodeName if mirror pod annotation is set',
        'metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "odd": must be a valid seccomp profile',
        'metadata.annotations[container.apparmor.security.beta.kubernetes.io/other]: Invalid value: "other": container not found',
        'metadata.annotations[container.apparmor.security.beta.kubernetes.io/other]: Invalid value: "odd": invalid AppArmor profile name: "odd"',
      ],
    ],
    [
      'a profile given twice',
      pod(
        { securityContext: { seccompProfile: { type: 'Unconfined' } } },
        { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default' } },
      ),
      ['spec.securityContext.seccompProfile.type: Forbidden: seccomp type in annotation and field must match'],
    ],
    [
      'a Windows user',
      pod({ securityContext: { windowsOptions: { runAsUserName: 'a\\b\\c', gmsaCredentialSpec: '' } } }),
      [
        'spec.securityContext.windowsOptions.gmsaCredentialSpec: Invalid value: "": gmsaCredentialSpec cannot be an empty string',
        'spec.securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash',
      ],
    ],
    [
      'a token without an account',
      {
        spec: {
          containers: [container()],
          volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }],
        },
      },
      [
        'spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
      ],
    ],
    [
      'a runtime class without a name',
      pod({ runtimeClassName: '' }),
      [expect.stringContaining('spec.runtimeClassName')],
    ],
  ];
  test.each(table)('%s', (_title, body, findings) => {
    expect(ask(PODS).created(body)).toEqual(findings);
  });
  test('what cannot be chosen yet is as always', () => {
    expect(ask(PODS).created(withContainer({ securityContext: { procMount: 'Odd' } }))).toEqual([]);
    expect(ask(PODS, 33).created(withContainer({ securityContext: { procMount: 'Odd' } }))).toHaveLength(1);
  });
});

describe('v1.20 says of a volume', () => {
  const table: readonly (readonly [title: string, source: Part, findings: unknown[]])[] = [
    [
      'emptyDir',
      { emptyDir: { sizeLimit: '-1' } },
      ['emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity'],
    ],
    [
      'gitRepo',
      { gitRepo: { repository: 'r', directory: '/x' } },
      ['gitRepo.directory: Invalid value: "/x": must be a relative path'],
    ],
    [
      'iscsi',
      { iscsi: { targetPortal: 'p', iqn: 'iqn.2020-01.example', lun: 256, initiatorName: 'odd' } },
      [
        'iscsi.iqn: Invalid value: "iqn.2020-01.example": must be valid format',
        'iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive',
        'iscsi.initiatorname: Invalid value: "odd": must be valid format starting with iqn, eui, or naa',
      ],
    ],
    [
      'fc',
      { fc: { targetWWNs: ['a'], wwids: ['b'] } },
      [
        'fc.targetWWNs: Invalid value: []string{"a"}: targetWWNs and wwids can not be specified simultaneously',
        'fc.lun: Required value: lun is required if targetWWNs is specified',
      ],
    ],
    [
      'flocker',
      { flocker: { datasetName: 'a/b', datasetUUID: 'u' } },
      [
        'flocker: Invalid value: "resource": datasetName and datasetUUID can not be specified simultaneously',
        'flocker.datasetName: Invalid value: "a/b": must not contain \'/\'',
      ],
    ],
    [
      'flexVolume',
      { flexVolume: { driver: 'd', options: { 'x.k8s.io/a': 'b' } } },
      ['flexVolume.options[x.k8s.io/a]: Invalid value: "x.k8s.io/a": kubernetes.io and k8s.io namespaces are reserved'],
    ],
    [
      'azureDisk',
      { azureDisk: { diskName: 'd', diskURI: 'x' } },
      [
        'azureDisk.diskURI: Unsupported value: "x": supported values: "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"',
      ],
    ],
    ['quobyte', { quobyte: { registry: 'h', volume: 'v' } }, [expect.stringContaining('quobyte.registry: Invalid')]],
    ['storageos', { storageos: {} }, ['storageos.volumeName: Required value']],
    ['cinder', { cinder: { volumeID: 'v', secretRef: {} } }, ['cinder.secretRef.name: Required value']],
    [
      'projected: one file twice',
      {
        projected: {
          sources: [
            { secret: { name: 's', items: [{ key: 'k', path: 'p' }] } },
            { configMap: { name: 'm', items: [{ key: 'k', path: 'p' }] } },
          ],
        },
      },
      ['projected: Invalid value: "m": conflicting duplicate paths'],
    ],
    [
      'projected: two sources in one',
      { projected: { sources: [{ secret: { name: 's' }, configMap: {} }] } },
      [
        'projected.sources[0].configMap.name: Required value',
        'projected.sources[0]: Forbidden: may not specify more than 1 volume type',
      ],
    ],
  ];
  test.each(table)('%s', (_title, source, findings) => {
    const found = ask(PODS).created(withVolume(source));
    expect(found.map(text => text.replace('spec.volumes[0].', ''))).toEqual(findings);
  });
});

describe('v1.20 says of a changed pod', () => {
  const before = pod({ activeDeadlineSeconds: 10, restartPolicy: 'Never' });
  test.each<readonly [title: string, after: Part, findings: unknown[]]>([
    [
      'a deadline that goes',
      pod({ restartPolicy: 'Never' }),
      ['spec.activeDeadlineSeconds: Invalid value: "null": must not update from a positive integer to nil value'],
    ],
    [
      'a deadline that is put up hides all else',
      pod({ restartPolicy: 'Always', activeDeadlineSeconds: 11 }),
      ['spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value'],
    ],
    [
      'the node’s annotations stay',
      pod(
        { activeDeadlineSeconds: 10, restartPolicy: 'Never' },
        {
          annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' },
        },
      ),
      [
        'metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: Forbidden: may not add AppArmor annotations',
      ],
    ],
  ])('%s', (_title, after, findings) => {
    expect(ask(`${PODS}`).changed(before, after)).toEqual(findings);
  });
});

describe('today says of a pod', () => {
  test.each<readonly [title: string, body: Part, findings: unknown[]]>([
    [
      'an operating system',
      pod({ os: { name: 'dos' } }),
      ['spec.os: Unsupported value: "dos": supported values: "linux", "windows"'],
    ],
    [
      'domains that may be missing',
      pod({
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2, matchLabelKeys: ['a'] },
        ],
      }),
      [
        'spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
        'spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
      ],
    ],
    [
      'users of its own',
      pod({ hostUsers: false, hostNetwork: true, hostPID: true }),
      [
        'spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false',
        'spec.HostPID: Forbidden: when `pod.Spec.HostUsers` is false',
      ],
    ],
    [
      'all of /proc',
      withContainer({ securityContext: { procMount: 'Unmasked' } }),
      [
        'spec.containers[0].securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`',
      ],
    ],
    [
      'profiles',
      {
        spec: {
          ...withContainer({ securityContext: { appArmorProfile: { type: 'Localhost' } } }).spec,
          securityContext: {
            appArmorProfile: { type: 'Unconfined', localhostProfile: 'x' },
            supplementalGroupsPolicy: 'Odd',
            seLinuxChangePolicy: 'Odd',
          },
        },
      },
      [
        'spec.containers[0].securityContext.appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost',
        'spec.securityContext.appArmorProfile.localhostProfile: Invalid value: "x": can only be set when AppArmor type is Localhost',
        'spec.securityContext.supplementalGroupsPolicy: Unsupported value: "Odd": supported values: "Merge", "Strict"',
        'spec.securityContext.seLinuxChangePolicy: Unsupported value: "Odd": supported values: "MountOption", "Recursive"',
      ],
    ],
    [
      'resizes',
      withContainer({
        resizePolicy: [
          { resourceName: 'gpu', restartPolicy: 'Odd' },
          { resourceName: 'cpu', restartPolicy: 'NotRequired' },
          { resourceName: 'cpu', restartPolicy: 'RestartContainer' },
        ],
      }),
      [
        'spec.containers[0].resizePolicy: Unsupported value: "gpu": supported values: "cpu", "memory"',
        'spec.containers[0].resizePolicy: Unsupported value: "Odd": supported values: "NotRequired", "RestartContainer"',
        'spec.containers[0].resizePolicy[2]: Duplicate value: "cpu"',
      ],
    ],
    [
      'long sleep',
      withContainer({ lifecycle: { preStop: { sleep: { seconds: 100 } }, postStart: { sleep: { seconds: 0 } } } }),
      [
        'spec.containers[0].lifecycle.preStop.sleep: Invalid value: 100: must be non-negative and less than terminationGracePeriodSeconds (30)',
      ],
    ],
    [
      'mounts that are read-only all the way',
      {
        spec: {
          ...withContainer({
            volumeMounts: [
              { name: 'v', mountPath: '/a', recursiveReadOnly: 'Enabled' },
              { name: 'v', mountPath: '/b', recursiveReadOnly: 'Odd', readOnly: true },
            ],
          }).spec,
          volumes: [{ name: 'v', emptyDir: {} }],
        },
      },
      [
        'spec.containers[0].volumeMounts[0].recursiveReadOnly: Forbidden: may only be specified when readOnly is true',
        'spec.containers[0].volumeMounts[1].recursiveReadOnly: Unsupported value: "Odd": supported values: "Disabled", "IfPossible", "Enabled"',
      ],
    ],
  ])('%s', (_title, body, findings) => {
    expect(ask(PODS, 33).created(body)).toEqual(findings);
  });
  test('resizing keeps the class, and what is bounded stays bounded', () => {
    const sized = (memory: string, more: Part = {}) =>
      withContainer({ resources: { limits: { cpu: '1', memory }, requests: { cpu: '1', memory }, ...more } });
    const resize = (after: Part) => ask(`${PODS}`, 33).changed(sized('2Gi'), after, 'resize');
    expect(resize(sized('3Gi'))).toEqual([]);
    expect(resize(sized('1Gi'))).toEqual([
      'spec.containers[0].resources.limits[memory]: Forbidden: memory limits cannot be decreased unless resizePolicy is RestartContainer',
    ]);
    expect(resize(sized('2Gi', { requests: { cpu: '500m', memory: '2Gi' } }))).toEqual([
      'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
    ]);
  });
});

test('a privileged container is taken unless the cluster does not allow it', () => {
  const context = { privileged: true };
  const at = Path.at('securityContext');
  expect(validateSecurityContext(context, at, { emulated: 20 })).toEqual([]);
  expect(validateSecurityContext(context, at, { emulated: 20, allowPrivileged: false })).toEqual([
    {
      reason: 'FieldValueForbidden',
      field: 'securityContext.privileged',
      message: 'Forbidden: disallowed by cluster policy',
    },
  ]);
});
