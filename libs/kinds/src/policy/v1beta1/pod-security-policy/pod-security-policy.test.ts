import { expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';

type Part = Readonly<Record<string, unknown>>;
const rules = {
  runAsUser: { rule: 'RunAsAny' },
  seLinux: { rule: 'RunAsAny' },
  supplementalGroups: { rule: 'RunAsAny' },
  fsGroup: { rule: 'RunAsAny' },
};

test.each<readonly [title: string, spec: Part, findings: unknown[]]>([
  ['nothing wrong', {}, []],
  [
    'ranges',
    { runAsUser: { rule: 'MustRunAs', ranges: [{ min: 2, max: -1 }] } },
    [
      'spec.runAsUser.ranges[0].max: Invalid value: -1: max cannot be negative',
      'spec.runAsUser.ranges[0].min: Invalid value: 2: min cannot be greater than max',
    ],
  ],
  ['volumes', { volumes: ['odd'] }, [expect.stringMatching(/^spec.volumes: Unsupported value: "odd": .*"\*", "aws/)]],
  [
    'capabilities both allowed and dropped',
    { requiredDropCapabilities: ['A'], allowedCapabilities: ['A', '*'] },
    [
      'requiredDropCapabilities: Invalid value: []core.Capability{"A"}: must be empty when all capabilities are allowed by a wildcard',
      'allowedCapabilities: Invalid value: "A": capability is listed in allowedCapabilities and requiredDropCapabilities',
    ],
  ],
  [
    'paths',
    { allowedHostPaths: [{ pathPrefix: '/a/../b' }, { pathPrefix: '' }, { pathPrefix: '/../c' }] },
    [
      'spec.allowedHostPaths[0]: Invalid value: "/a/../b": must not contain \'..\'',
      'spec.allowedHostPaths[1]: Required value: is required',
    ],
  ],
  [
    'groups',
    { runAsGroup: { rule: 'MustRunAs' } },
    ['spec.runAsGroup.ranges: Invalid value: []policy.IDRange(nil): must provide at least one range'],
  ],
  [
    'groups that may be any',
    { runAsGroup: { rule: 'RunAsAny', ranges: [{ min: 1, max: 2 }] } },
    ['spec.runAsGroup.ranges: Invalid value: []policy.IDRange{policy.IDRange{Min:1, Max:2}}: Ranges must be empty'],
  ],
  [
    'runtime classes',
    { runtimeClass: { allowedRuntimeClassNames: ['a', 'a'], defaultRuntimeClassName: 'b' } },
    [
      'spec.runtimeClass.allowedRuntimeClassNames[1]: Duplicate value: "a"',
      'spec.runtimeClass.allowedRuntimeClassNames: Required value: default "b" must be allowed',
    ],
  ],
  [
    'a runtime class where none is allowed',
    { runtimeClass: { defaultRuntimeClassName: 'b' } },
    ['spec.runtimeClass.allowedRuntimeClassNames: Required value: default "b" must be allowed'],
  ],
  ['runtime classes that nobody names', { runtimeClass: {} }, []],
  [
    'kernel parameters',
    { allowedUnsafeSysctls: ['kernel.shm*', 'net.a'], forbiddenSysctls: ['kernel.shmmax', 'net.*'] },
    [
      'spec.forbiddenSysctls[0]: Invalid value: "kernel.shmmax": sysctl overlaps with kernel.shm*',
      'spec.allowedUnsafeSysctls[1]: Invalid value: "net.a": sysctl overlaps with net.*',
    ],
  ],
])('v1.20 says of a policy: %s', (_title, spec, findings) => {
  expect(ask('/apis/policy/v1beta1/podsecuritypolicies').created({ spec: { ...rules, ...spec } })).toEqual(findings);
});

test('v1.20 checks the profiles that annotations of a policy name, and drops masks of /proc', () => {
  const annotations = {
    'seccomp.security.alpha.kubernetes.io/allowedProfileNames': '*,odd',
    'apparmor.security.beta.kubernetes.io/allowedProfileNames': 'runtime/default,odd',
  };
  const policy = { metadata: { annotations }, spec: { ...rules, allowedProcMountTypes: ['Odd'] } };
  expect(ask('/apis/policy/v1beta1/podsecuritypolicies').created(policy)).toEqual([
    'metadata.annotations[apparmor.security.beta.kubernetes.io/allowedProfileNames]: Invalid value: "runtime/default,odd": invalid AppArmor profile name: "odd"',
    'metadata.annotations[seccomp.security.alpha.kubernetes.io/allowedProfileNames]: Invalid value: "odd": must be a valid seccomp profile',
  ]);
});
