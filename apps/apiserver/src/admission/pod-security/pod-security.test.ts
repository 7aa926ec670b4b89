import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { attributes, found, onResource } from '../../testing/attributes';
import { PodSecurity, policyOf, violationText } from './pod-security';

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
    expect(violationText('baseline', made)).toBe(want);
    expect(violationText('privileged', made)).toBe('');
  });
});

describe('restricted', () => {
  test('a bare pod breaks four rules', () => {
    expect(violationText('restricted', pod({}))).toBe(
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
    expect(violationText('restricted', made)).toBe(want);
  });
});

describe('PodSecurity', () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/warn': 'restricted' };
  const plugin = new PodSecurity(found<corev1.Namespace>({ metadata: { name: 'ns', labels } }));
  test('enforces one level and warns of another', async () => {
    const host = attributes({ spec: { hostNetwork: true, containers: [] } });
    await expect(plugin.validate(host)).rejects.toThrow(
      'pods "x" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    );
    const bare = attributes({ spec: { containers: [{ name: 'c' }] } });
    await plugin.validate(bare);
    expect(bare.warnings).toEqual([
      expect.stringContaining('would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false'),
    ]);
  });
  test('a workload is only warned of', async () => {
    const about = attributes(
      { spec: { template: { spec: { hostNetwork: true, containers: [] } } } },
      onResource('deployments', 'Deployment', 'apps'),
    );
    await plugin.validate(about);
    expect(about.warnings).toHaveLength(1);
  });
  test('a level that nobody knows closes the namespace', () => {
    expect(policyOf({ 'pod-security.kubernetes.io/enforce': 'x' }, 'enforce').level).toBe('restricted');
    expect(policyOf({}, 'enforce').level).toBe('privileged');
  });
});
