import { expect, test } from '@jest/globals';
import type { corev1, policyv1beta1 } from '@navarch/api';
import { checkPod, isUsable } from './checking';
import { applyDefaults } from './defaulting';
import { findingsText } from './finding';

type Policy = policyv1beta1.PodSecurityPolicy;
type Annotations = Readonly<Record<string, string>>;

const SECCOMP = 'seccomp.security.alpha.kubernetes.io';
const APPARMOR = 'apparmor.security.beta.kubernetes.io';
const any: policyv1beta1.PodSecurityPolicySpec = {
  runAsUser: { rule: 'RunAsAny' },
  seLinux: { rule: 'RunAsAny' },
  supplementalGroups: { rule: 'RunAsAny' },
  fsGroup: { rule: 'RunAsAny' },
};
const policy = (spec: Partial<policyv1beta1.PodSecurityPolicySpec>, annotations: Annotations = {}): Policy => ({
  metadata: { name: 'p', annotations },
  spec: { ...any, ...spec },
});
const pod = (spec: Partial<corev1.PodSpec>, annotations: Annotations = {}): corev1.Pod => ({
  metadata: { name: 'a', annotations },
  spec: { containers: [{ name: 'c' }], ...spec },
});
const withContext = (securityContext: corev1.SecurityContext) => pod({ containers: [{ name: 'c', securityContext }] });
const seLinux = { rule: 'MustRunAs', seLinuxOptions: { level: 's0:c1,c0', user: 'u' } };
const token = (audience?: string) => ({
  sources: [
    { serviceAccountToken: { path: 'token', ...(audience && { audience }) } },
    { configMap: { name: 'kube-root-ca.crt' } },
    {
      downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
    },
  ],
});
const drivers = {
  volumes: ['csi', 'flexVolume'],
  allowedCSIDrivers: [{ name: 'x' }],
  allowedFlexVolumes: [{ driver: 'x' }],
};
const profile = (type: string, localhostProfile?: string) => ({
  securityContext: { seccompProfile: { type, ...(localhostProfile && { localhostProfile }) } },
});
const annotationPath = (key: string) => `pod.metadata.annotations[${key}]`;

test.each<[title: string, Policy, corev1.Pod, findings: string]>([
  ['nothing asked, nothing said', policy({}), pod({}), ''],
  [
    'a user out of range',
    policy({
      runAsUser: {
        rule: 'MustRunAs',
        ranges: [
          { min: 5, max: 6 },
          { min: 9, max: 9 },
        ],
      },
    }),
    pod({ securityContext: { runAsUser: 7 } }),
    'spec.containers[0].securityContext.runAsUser: Invalid value: 7: must be in the ranges: [{5 6} {9 9}]',
  ],
  [
    'root by number',
    policy({ runAsUser: { rule: 'MustRunAsNonRoot' } }),
    withContext({ runAsUser: 0 }),
    'spec.containers[0].securityContext.runAsUser: Invalid value: 0: running with the root UID is forbidden',
  ],
  [
    'root by word',
    policy({ runAsUser: { rule: 'MustRunAsNonRoot' } }),
    withContext({ runAsUser: 1, runAsNonRoot: false }),
    'spec.containers[0].securityContext.runAsNonRoot: Invalid value: false: must be true',
  ],
  [
    'a group out of range',
    policy({ runAsGroup: { rule: 'MayRunAs', ranges: [{ min: 1, max: 2 }] } }),
    pod({ securityContext: { runAsGroup: 3 } }),
    'spec.containers[0].securityContext: Invalid value: []int64{3}: group 3 must be in the ranges: [{1 2}]',
  ],
  [
    'groups of which one is out of range',
    policy({ supplementalGroups: { rule: 'MayRunAs', ranges: [{ min: 1, max: 2 }] } }),
    pod({ securityContext: { supplementalGroups: [1, 3] } }),
    'spec.securityContext.supplementalGroups: Invalid value: []int64{1, 3}: group 3 must be in the ranges: [{1 2}]',
  ],
  [
    'a level in another order',
    policy({ seLinux }),
    pod({ securityContext: { seLinuxOptions: { level: 's0:c0,c1', user: 'u' } } }),
    '',
  ],
  [
    'other SELinux options of a container',
    policy({ seLinux }),
    withContext({ seLinuxOptions: { level: 's1:c0,c1', type: 't' } }),
    'spec.containers[0].securityContext.seLinuxOptions.level: Invalid value: "s1:c0,c1": must be s0:c1,c0 ' +
      'spec.containers[0].securityContext.seLinuxOptions.type: Invalid value: "t": must be  ' +
      'spec.containers[0].securityContext.seLinuxOptions.user: Invalid value: "": must be u',
  ],
  [
    'what is shared with the host',
    policy({ hostPID: true }),
    pod({ hostNetwork: true, hostPID: true, hostIPC: true }),
    'spec.securityContext.hostNetwork: Invalid value: true: Host network is not allowed to be used ' +
      'spec.securityContext.hostIPC: Invalid value: true: Host IPC is not allowed to be used',
  ],
  [
    'ports of the host',
    policy({
      hostPorts: [
        { min: 80, max: 80 },
        { min: 90, max: 99 },
      ],
    }),
    pod({ containers: [{ name: 'c', ports: [80, 95, 81].map(hostPort => ({ containerPort: 1, hostPort })) }] }),
    'spec.containers[0].hostPort: Invalid value: 81: Host port 81 is not allowed to be used. Allowed ports: [80,90-99]',
  ],
  [
    'kernel parameters',
    policy({ allowedUnsafeSysctls: ['kernel.msg*'], forbiddenSysctls: ['net.ipv4.ip_local_port_range'] }),
    pod({
      securityContext: {
        sysctls: ['kernel.msgmax', 'net.ipv4.tcp_syncookies', 'net.ipv4.ip_local_port_range', 'vm.a'].map(name => ({
          name,
          value: '1',
        })),
      },
    }),
    'pod.spec.securityContext.sysctls[2]: Forbidden: sysctl "net.ipv4.ip_local_port_range" is not allowed ' +
      'pod.spec.securityContext.sysctls[3]: Forbidden: unsafe sysctl "vm.a" is not allowed',
  ],
  [
    'volumes',
    policy({ volumes: ['cephFS', 'emptyDir'] }),
    pod({
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'b', cephfs: { monitors: [] } },
        { name: 'c', secret: {} },
      ],
    }),
    'spec.volumes[2]: Invalid value: "secret": secret volumes are not allowed to be used',
  ],
  [
    'the token where secrets are allowed',
    policy({ volumes: ['secret'] }),
    pod({ volumes: [{ name: 'a', projected: token() }] }),
    '',
  ],
  [
    'the token of another audience',
    policy({ volumes: ['secret'] }),
    pod({ volumes: [{ name: 'a', projected: token('x') }] }),
    'spec.volumes[0]: Invalid value: "projected": projected volumes are not allowed to be used',
  ],
  [
    'paths of the host',
    policy({
      volumes: ['hostPath'],
      allowedHostPaths: [{ pathPrefix: '/a/', readOnly: true }, { pathPrefix: '/a/rw' }],
    }),
    pod({
      volumes: ['/a', '/a/rw/x', '/ab'].map((path, i) => ({ name: `v${i}`, hostPath: { path } })),
      containers: [
        {
          name: 'c',
          volumeMounts: [
            { name: 'v1', mountPath: '/1' },
            { name: 'v0', mountPath: '/0' },
          ],
        },
      ],
    }),
    'spec.containers[0].volumeMounts[1].readOnly: Invalid value: false: must be read-only ' +
      'spec.volumes[2].hostPath.pathPrefix: Invalid value: "/ab": is not allowed to be used',
  ],
  [
    'drivers',
    policy(drivers),
    pod({
      volumes: ['x', 'y'].flatMap(driver => [
        { name: 'a', flexVolume: { driver } },
        { name: 'b', csi: { driver } },
      ]),
    }),
    'spec.volumes[2].driver: Invalid value: "y": Flexvolume driver is not allowed to be used ' +
      'spec.volumes[3].csi.driver: Invalid value: "y": Inline CSI driver is not allowed to be used',
  ],
  [
    'a runtime class',
    policy({ runtimeClass: { allowedRuntimeClassNames: ['a'] } }),
    pod({ runtimeClassName: 'b' }),
    'spec.runtimeClassName: Invalid value: "b"',
  ],
  [
    'privileges',
    policy({ allowPrivilegeEscalation: false }),
    withContext({ privileged: true, allowPrivilegeEscalation: true, procMount: 'Unmasked' }),
    'spec.containers[0].securityContext.privileged: Invalid value: true: Privileged containers are not allowed ' +
      'spec.containers[0].securityContext.procMount: Invalid value: "Unmasked": ProcMountType is not allowed ' +
      'spec.containers[0].securityContext.allowPrivilegeEscalation: Invalid value: true: Allowing privilege escalation for containers is not allowed',
  ],
  [
    'capabilities',
    policy({ allowedCapabilities: ['A'], requiredDropCapabilities: ['D'], defaultAddCapabilities: ['B'] }),
    withContext({ capabilities: { add: ['A', 'B', 'C'] } }),
    'spec.containers[0].securityContext.capabilities.add: Invalid value: "C": capability may not be added',
  ],
  [
    'a root file system that is not read-only',
    policy({ readOnlyRootFilesystem: true }),
    withContext({ readOnlyRootFilesystem: false }),
    'spec.containers[0].securityContext.readOnlyRootFilesystem: Invalid value: false: ReadOnlyRootFilesystem must be set to true',
  ],
  [
    'a seccomp profile where none may be set',
    policy({}),
    pod(profile('RuntimeDefault')),
    `${annotationPath(`${SECCOMP}/pod`)}: Forbidden: seccomp may not be set ` +
      `${annotationPath(`container.${SECCOMP}/c`)}: Forbidden: seccomp may not be set`,
  ],
  [
    'two names of one profile',
    policy({}, { [`${SECCOMP}/allowedProfileNames`]: 'docker/default' }),
    pod(profile('RuntimeDefault')),
    '',
  ],
  ['any profile', policy({}, { [`${SECCOMP}/allowedProfileNames`]: '*' }), pod(profile('Localhost', 'x')), ''],
  [
    'another seccomp profile of a container',
    policy({}, { [`${SECCOMP}/allowedProfileNames`]: 'localhost/a,localhost/b' }),
    pod({ ...profile('Localhost', 'a'), containers: [{ name: 'c', ...profile('Unconfined') }] }),
    `${annotationPath(`container.${SECCOMP}/c`)}: Forbidden: unconfined is not an allowed seccomp profile. Valid values are localhost/a,localhost/b`,
  ],
  [
    'no AppArmor profile',
    policy({}, { [`${APPARMOR}/allowedProfileNames`]: 'a' }),
    pod({}),
    `${annotationPath(`container.${APPARMOR}/c`)}: Forbidden: AppArmor profile must be set`,
  ],
  [
    'another AppArmor profile',
    policy({}, { [`${APPARMOR}/allowedProfileNames`]: 'a,b' }),
    pod({}, { [`container.${APPARMOR}/c`]: 'x' }),
    `${annotationPath(`container.${APPARMOR}/c`)}: Forbidden: x is not an allowed profile. Allowed values: "a,b"`,
  ],
])('of a policy and a pod it is said: %s', (_title, asked, given, findings) => {
  applyDefaults(asked, given);
  expect(findingsText(checkPod(asked, given, 20))).toBe(`[${findings}]`);
});

test('what a policy wants and does not give by default is missed', () => {
  const strict = policy({
    ...{ readOnlyRootFilesystem: true, requiredDropCapabilities: ['D'], seLinux },
    ...{ fsGroup: { rule: 'MustRunAs', ranges: [{ min: 1, max: 2 }] } },
  });
  expect(checkPod(strict, pod({}), 20).map(({ field: at, message }) => `${at}: ${message}`)).toEqual([
    'spec.securityContext.fsGroup: Invalid value: []int64(nil): unable to validate empty groups against required ranges',
    'spec.securityContext.seLinuxOptions: Required value',
    'spec.containers[0].securityContext.seLinuxOptions: Required value',
    'spec.containers[0].securityContext.capabilities: Invalid value: "null": required capabilities are not set on the securityContext',
    'spec.containers[0].securityContext.readOnlyRootFilesystem: Invalid value: "null": ReadOnlyRootFilesystem may not be nil and must be set to true',
  ]);
});

test('ephemeral containers are looked at since 1.23, and a port below 1024 is safe since 1.22', () => {
  const debugged = pod({
    securityContext: { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '80' }] },
    ephemeralContainers: [{ name: 'd', securityContext: { privileged: true } }],
  });
  const found = (emulated: number) => checkPod(policy({}), debugged, emulated).map(finding => finding.field);
  expect(found(21)).toEqual(['pod.spec.securityContext.sysctls[0]']);
  expect(found(22)).toEqual([]);
  expect(found(23)).toEqual(['spec.ephemeralContainers[0].securityContext.privileged']);
});

test.each<[title: string, Policy, corev1.Pod, defaulted: Partial<corev1.PodSpec>, Annotations]>([
  ['nothing', policy({}), pod({}), {}, {}],
  [
    'ids',
    policy({
      runAsUser: { rule: 'MustRunAs', ranges: [{ min: 5, max: 6 }] },
      runAsGroup: { rule: 'MustRunAs', ranges: [{ min: 7, max: 8 }] },
      fsGroup: { rule: 'MustRunAs', ranges: [{ min: 1, max: 2 }] },
      supplementalGroups: { rule: 'MustRunAs', ranges: [{ min: 3, max: 4 }] },
    }),
    pod({}),
    {
      securityContext: { fsGroup: 1, supplementalGroups: [3] },
      containers: [{ name: 'c', securityContext: { runAsUser: 5, runAsGroup: 7 } }],
    },
    {},
  ],
  ['nothing that may be', policy({ fsGroup: { rule: 'MayRunAs', ranges: [{ min: 1, max: 2 }] } }), pod({}), {}, {}],
  [
    'options for the pod',
    policy({ seLinux, runtimeClass: { allowedRuntimeClassNames: ['a'], defaultRuntimeClassName: 'a' } }),
    pod({}),
    { securityContext: { seLinuxOptions: seLinux.seLinuxOptions }, runtimeClassName: 'a' },
    {},
  ],
  [
    'what the kubelet has to look at',
    policy({ runAsUser: { rule: 'MustRunAsNonRoot' }, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true }),
    pod({}),
    {
      containers: [
        {
          name: 'c',
          securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
        },
      ],
    },
    {},
  ],
  [
    'capabilities, but those that are dropped',
    policy({ defaultAddCapabilities: ['Y', 'X', 'Z'], requiredDropCapabilities: ['C'] }),
    withContext({ capabilities: { add: ['A'], drop: ['Z', 'B'] } }),
    {
      containers: [{ name: 'c', securityContext: { capabilities: { add: ['A', 'X', 'Y'], drop: ['B', 'C', 'Z'] } } }],
    },
    {},
  ],
  [
    'profiles',
    policy({}, { [`${SECCOMP}/defaultProfileName`]: 'runtime/default', [`${APPARMOR}/defaultProfileName`]: 'x' }),
    pod({ containers: [{ name: 'c' }, { name: 'd' }] }, { [`container.${APPARMOR}/d`]: 'y' }),
    { containers: [{ name: 'c' }, { name: 'd' }] },
    {
      [`${SECCOMP}/pod`]: 'runtime/default',
      [`container.${APPARMOR}/c`]: 'x',
      [`container.${APPARMOR}/d`]: 'y',
    },
  ],
])('a policy gives a pod %s', (_title, asked, given, defaulted, annotations) => {
  applyDefaults(asked, given);
  expect(given).toEqual(pod(defaulted, annotations));
});

test.each<[title: string, Policy, boolean]>([
  ['any', policy({}), true],
  ['a user of no range', policy({ runAsUser: { rule: 'MustRunAs' } }), false],
  ['a rule that nobody knows', policy({ fsGroup: { rule: 'Odd' } }), false],
  ['groups of no range', policy({ supplementalGroups: { rule: 'MayRunAs' } }), false],
  ['SELinux without options', policy({ seLinux: { rule: 'MustRunAs' } }), false],
])('whether a policy can be kept to: %s', (_title, asked, usable) => {
  expect(isUsable(asked)).toBe(usable);
});
