import { describe, expect, test } from '@jest/globals';
import { ask } from '../../../../testing/findings';

const PODS = '/api/v1/namespaces/n/pods';
type Part = Readonly<Record<string, unknown>>;
const image = { name: 'c', image: 'i' };
const pod = (spec: Part, annotations: Part = {}): Part => ({
  metadata: { annotations },
  spec: { containers: [image], ...spec },
});
const ports = (...list: Part[]): Part => ({ containers: [{ ...image, ports: list }] });
const files = (...paths: string[]) => paths.map(path => ({ key: 'k', path }));
const projected = (...sources: Part[]): Part => ({ volumes: [{ name: 'v', projected: { sources } }] });

describe('v1.33 warns of a pod', () => {
  test.each<readonly [title: string, body: Part, warnings: string[]]>([
    ['that is fine', pod({}), []],
    [
      'that wants nodes by an old label',
      pod({
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { matchExpressions: [{ key: 'beta.kubernetes.io/os', operator: 'Exists' }] } },
            ],
          },
        },
      }),
      [
        'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].key: beta.kubernetes.io/os is deprecated since v1.14; use "kubernetes.io/os" instead',
      ],
    ],
    [
      'that spreads no pods',
      pod({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'k', whenUnsatisfiable: 'DoNotSchedule' }] }),
      ['spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod'],
    ],
    [
      'that avoids no pods',
      pod({
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k' }] } },
      }),
      [
        'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null labelSelector results in matching no pod',
      ],
    ],
    [
      'with annotations that nothing reads',
      pod({}, { 'scheduler.alpha.kubernetes.io/critical-pod': '', 'seccomp.security.alpha.kubernetes.io/pod': 'x' }),
      [
        'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
        'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
      ],
    ],
    [
      'with a volume of a kind that is gone',
      pod({ volumes: [{ name: 'v', glusterfs: { endpoints: 'e', path: 'p' } }] }),
      ['spec.volumes[0].glusterfs: deprecated in v1.25, non-functional in v1.26+'],
    ],
    [
      'with files in each other\u2019s place',
      pod({ volumes: [{ name: 'v', configMap: { name: 'm', items: files('a', 'a/b') } }] }),
      ['volume "v" (ConfigMap "m"): overlapping paths: "a/b" with "a"'],
    ],
    [
      'with files of two sources in each other\u2019s place',
      pod(projected({ secret: { name: 's', items: files('a') } }, { serviceAccountToken: { path: 'a' } })),
      ['volume "v" (Projected ServiceAccountToken): overlapping paths: "a" with "a"'],
    ],
    [
      'with secrets twice and without a name',
      pod({ imagePullSecrets: [{ name: 'a' }, { name: 'a' }, {}] }),
      ['spec.imagePullSecrets[1].name: duplicate name "a"', 'spec.imagePullSecrets[2].name: invalid empty name ""'],
    ],
    [
      'whose ports meet',
      pod(
        ports(
          { containerPort: 1 },
          { containerPort: 1, hostPort: 2 },
          { containerPort: 1, hostPort: 2, hostIP: '1.2.3.4' },
        ),
      ),
      [
        'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
        'spec.containers[0].ports[2]: overlapping port definition with spec.containers[0].ports[0]',
        'spec.containers[0].ports[2]: dangerously ambiguous port definition with spec.containers[0].ports[1]',
      ],
    ],
    [
      'with an address for no port',
      pod(ports({ containerPort: 1, hostIP: '1.2.3.4' })),
      [
        'spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:1 Protocol:TCP HostIP:1.2.3.4}',
      ],
    ],
    [
      'with addresses of an odd form',
      pod({ hostAliases: [{ ip: '::ffff:1.2.3.4' }], dnsConfig: { nameservers: ['2001:DB8::1'] } }),
      [
        'spec.dnsConfig.nameservers[0]: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
        'spec.hostAliases[0].ip: non-standard IP address "::ffff:1.2.3.4" will be considered invalid in a future Kubernetes release: use "1.2.3.4"',
      ],
    ],
  ])('%s', (_title, body, warnings) => {
    expect(ask(PODS, 33).warned(body)).toEqual(warnings);
  });
  test('but not of one that changes', () => {
    expect(ask(PODS, 33).warned(pod({ terminationGracePeriodSeconds: -1 }), pod({}))).toEqual([]);
  });
});

test('a template is warned of where it stands, with its annotations for AppArmor', () => {
  const template = {
    metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' } },
    spec: { containers: [image] },
  };
  expect(ask('/api/v1/namespaces/n/podtemplates', 33).warned({ template })).toEqual([
    'template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
  ]);
});
