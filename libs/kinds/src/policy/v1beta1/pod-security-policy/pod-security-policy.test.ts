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
    { allowedHostPaths: [{ pathPrefix: '' }, { pathPrefix: '/a/../b' }] },
    [
      'spec.allowedHostPaths[0]: Required value: is required',
      'spec.allowedHostPaths[1]: Invalid value: "/a/../b": must not contain \'..\'',
    ],
  ],
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
