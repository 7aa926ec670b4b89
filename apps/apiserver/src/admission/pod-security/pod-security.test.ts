import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { attributes, found, onResource } from '../../testing/attributes';
import { Fields } from '../../config-files/fields';
import { PodSecurity, violationText } from './pod-security';
import { noSettings, policyOf, readPodSecuritySettings, type PodSecuritySettings } from './policy';

const pod = (spec: Partial<corev1.PodSpec>, container: Partial<corev1.Container> = {}) => ({
  spec: { containers: [{ name: 'c', ...container }], ...spec },
  annotations: {},
});
const good: Partial<corev1.Container> = {
  securityContext: {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

const sysctl = (name: string) => pod({ securityContext: { sysctls: [{ name, value: '1' }] } }, good);

describe('baseline', () => {
  test.each<[ReturnType<typeof pod>, string]>([
    [pod({}), ''],
    [pod({ hostNetwork: true, hostPID: true }), 'host namespaces (hostNetwork=true, hostPID=true)'],
    [
      pod({}, { securityContext: { privileged: true } }),
      'privileged (container "c" must not set securityContext.privileged=true)',
    ],
    [pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }), 'hostPath volumes (volume "v")'],
    [pod({}, { ports: [{ containerPort: 80, hostPort: 80 }] }), 'hostPort (container "c" uses hostPort 80)'],
    [
      pod({}, { securityContext: { capabilities: { add: ['NET_ADMIN', 'CHOWN'] } } }),
      'non-default capabilities (container "c" must not include "NET_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      pod({ securityContext: { seccompProfile: { type: 'Unconfined' } } }),
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      pod({ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }),
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      pod({}, { securityContext: { seLinuxOptions: { user: 'u' } } }),
      'seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: user may not be set)',
    ],
  ])('%#', (made, want) => {
    expect(violationText('baseline', made, 33)).toBe(want);
    expect(violationText('privileged', made, 33)).toBe('');
  });
});

describe('restricted', () => {
  test('a bare pod breaks four rules', () => {
    expect(violationText('restricted', pod({}), 33)).toBe(
      [
        'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false)',
        'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"])',
        'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
        'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
      ].join(', '),
    );
  });
  test.each<[ReturnType<typeof pod>, string]>([
    [pod({}, good), ''],
    [
      pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, good),
      'restricted volume types (volume "v" uses restricted volume type "hostPath")',
    ],
    [pod({ securityContext: { runAsUser: 0 } }, good), 'runAsUser=0 (pod must not set runAsUser=0)'],
    [
      pod({ securityContext: { runAsNonRoot: false } }, good),
      'runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)',
    ],
  ])('%#', (made, want) => {
    expect(violationText('restricted', made, 33)).toBe(want);
  });
});

test.each<[string, ReturnType<typeof pod>, number, string]>([
  [
    'capabilities are not asked about before 1.22',
    pod({}, { ...good, securityContext: { ...good.securityContext, capabilities: {} } }),
    21,
    '',
  ],
  ['nor the user before 1.23', pod({ securityContext: { runAsUser: 0 } }, good), 22, ''],
  ['a sysctl is safe since 1.29', sysctl('net.ipv4.tcp_keepalive_time'), 29, ''],
  ['and was not before', sysctl('net.ipv4.tcp_keepalive_time'), 28, 'forbidden sysctls (net.ipv4.tcp_keepalive_time)'],
])('%s', (_name, made, minor, want) => {
  expect(violationText('restricted', made, minor)).toBe(want);
});

describe('PodSecurity', () => {
  const labels = {
    'pod-security.kubernetes.io/enforce': 'baseline',
    'pod-security.kubernetes.io/warn': 'restricted',
    'pod-security.kubernetes.io/audit': 'restricted',
  };
  const settings: PodSecuritySettings = {
    ...noSettings,
    exempt: { usernames: new Set(['boss']), namespaces: new Set(['free']), runtimeClasses: new Set(['sandbox']) },
  };
  const running: corev1.Pod[] = [
    { metadata: { name: 'b' }, spec: { containers: [], hostNetwork: true } },
    { metadata: { name: 'a' }, spec: { containers: [], hostNetwork: true } },
    { metadata: { name: 'c' }, spec: { containers: [] } },
  ];
  const plugin = new PodSecurity({
    namespaces: found<corev1.Namespace>({ metadata: { name: 'ns', labels } }, { metadata: { name: 'free', labels } }),
    podsIn: () => Promise.resolve(running),
    emulated: 33,
    settings,
  });
  const host = { spec: { hostNetwork: true, containers: [] } };
  test('enforces one level and warns of another', async () => {
    await expect(plugin.validate(attributes(host))).rejects.toThrow(
      'pods "x" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    );
    const bare = attributes({ spec: { containers: [{ name: 'c' }] } });
    await plugin.validate(bare);
    const warning = expect.stringContaining(
      'would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    );
    expect(bare.warnings).toEqual([warning]);
    expect(bare.annotations).toEqual({
      'pod-security.kubernetes.io/enforce-policy': 'baseline:latest',
      'pod-security.kubernetes.io/audit-violations': warning,
    });
  });
  test.each<[string, object, Parameters<typeof attributes>[1]]>([
    ['a user', host, { user: { name: 'boss', groups: [] } }],
    ['a namespace', host, { namespace: 'free' }],
    ['a runtime class', { spec: { ...host.spec, runtimeClassName: 'sandbox' } }, {}],
    ['an update that changes no image', host, { operation: 'UPDATE', oldObject: host as corev1.Pod }],
  ])('%s is let be', async (_name, made, change) => {
    const about = attributes(made, change);
    await plugin.validate(about);
    expect(about.warnings).toEqual([]);
  });
  test('a workload is only warned of', async () => {
    const about = attributes({ spec: { template: host } }, onResource('deployments', 'Deployment', 'apps'));
    await plugin.validate(about);
    expect(about.warnings).toHaveLength(1);
  });
  const namespace = (level: string) => ({
    metadata: { name: 'x', labels: { 'pod-security.kubernetes.io/enforce': level } },
  });
  const onNamespace = { ...onResource('namespaces', 'Namespace'), namespace: 'x' };
  test('labels that mean nothing are refused', async () => {
    await expect(plugin.validate(attributes(namespace('strict'), onNamespace))).rejects.toThrow(
      'Namespace "x" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
    );
  });
  test('a stricter level says which pods it would not let in', async () => {
    const stricter = attributes(namespace('baseline'), {
      ...onNamespace,
      operation: 'UPDATE',
      oldObject: namespace('privileged'),
    });
    await plugin.validate(stricter);
    expect(stricter.warnings).toEqual([
      'existing pods in namespace "x" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 1 other pod): host namespaces (hostNetwork=true)',
    ]);
  });
  test('a level that nobody knows closes the namespace', () => {
    const level = (labels: Record<string, string>) => policyOf(labels, 'enforce', noSettings);
    expect(level({ 'pod-security.kubernetes.io/enforce': 'x' }).level).toBe('restricted');
    expect(level({})).toEqual({ level: 'privileged', version: 'latest' });
    expect(level({ 'pod-security.kubernetes.io/enforce-version': 'v1.25' }).version).toBe('v1.25');
  });
  test('the configuration', () => {
    const read = readPodSecuritySettings(
      Fields.of({
        ...{ kind: 'PodSecurityConfiguration', apiVersion: 'pod-security.admission.config.k8s.io/v1' },
        defaults: { enforce: 'baseline', 'enforce-version': 'v1.24' },
        exemptions: { namespaces: ['kube-system'] },
      }),
    );
    expect(read.defaults.enforce).toEqual({ level: 'baseline', version: 'v1.24' });
    expect(read.exempt.namespaces.has('kube-system')).toBe(true);
  });
});
