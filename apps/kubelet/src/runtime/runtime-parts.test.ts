import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import type { Image } from '@navarch/cri';
import { podWith } from '../testkit/pods';
import { containerConfig } from './container-config';
import { CrashBackoff } from './crash-backoff';
import { containerFieldPath, durationText, podText } from './format';
import { hostsFile } from './hosts-file';
import { podHostname, sandboxConfig } from './sandbox-config';
import { containerSecurity } from './security';

const image: Image = {
  id: 'sha256:abc',
  repoTags: [],
  repoDigests: [],
  size: 1,
  uid: { value: 0 },
  username: '',
  pinned: false,
};

describe('CrashBackoff', () => {
  test('doubles from 10 s to 300 s, and starts anew after ten quiet minutes', () => {
    const backoff = new CrashBackoff(10_000, 300_000);
    expect(backoff.remaining('k', 0, 0)).toBe(0);
    const delays: number[] = [];
    let now = 0;
    for (let i = 0; i < 7; i++) {
      backoff.step('k', now, now);
      delays.push(backoff.delay('k'));
      expect(backoff.remaining('k', now, now + 1000)).toBe(delays[i]! - 1000);
      now += delays[i]!;
      expect(backoff.remaining('k', now - delays[i]!, now)).toBe(0);
    }
    expect(delays).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
    now += 600_001;
    expect(backoff.remaining('k', now, now)).toBe(0);
    backoff.step('k', now, now);
    expect(backoff.delay('k')).toBe(10_000);
    backoff.forget('k');
    expect(backoff.delay('k')).toBe(0);
  });
});

describe('texts', () => {
  test.each([
    [0, '0s'],
    [250, '250ms'],
    [1500, '1.5s'],
    [10_000, '10s'],
    [80_000, '1m20s'],
    [300_000, '5m0s'],
    [3_600_000, '1h0m0s'],
  ])('durationText(%d) is %s', (ms, text) => expect(durationText(ms)).toBe(text));

  test('name pods and containers as events do', () => {
    const pod = podWith({ initContainers: [{ name: 'i' }] });
    expect(podText(pod)).toBe('web_default(u1)');
    expect([containerFieldPath(pod, 'main'), containerFieldPath(pod, 'i')]).toEqual([
      'spec.containers{main}',
      'spec.initContainers{i}',
    ]);
  });
});

describe('hostsFile', () => {
  const input = { podIPs: ['10.1.0.2'], hostname: 'web', domain: '', aliases: [], hostFile: undefined };
  test('names the pod', () => {
    expect(hostsFile(input)).toMatch(
      /^# Kubernetes-managed hosts file\.\n127\.0\.0\.1\tlocalhost\n[^]*fe00::2\tip6-allrouters\n10\.1\.0\.2\tweb\n$/,
    );
    expect(hostsFile({ ...input, domain: 'sub.ns.svc.cluster.local' })).toMatch(
      /\n10\.1\.0\.2\tweb\.sub\.ns\.svc\.cluster\.local\tweb\n$/,
    );
  });
  test('adds aliases, to the host’s own file too', () => {
    const aliases = [{ ip: '1.1.1.1', hostnames: ['a', 'b'] }];
    expect(hostsFile({ ...input, hostFile: '127.0.0.1 here\n', aliases })).toBe(
      '# Kubernetes-managed hosts file (host network).\n127.0.0.1 here\n\n# Entries added by HostAliases.\n1.1.1.1\ta\tb\n',
    );
  });
});

describe('sandboxConfig', () => {
  const facts = {
    attempt: 1,
    dns: { servers: [], searches: [], options: [] },
    logDirectory: '/l',
    cgroupParent: '/c',
    clusterDomain: 'cluster.local',
  };
  test('takes over name, ports, sysctls and namespaces', () => {
    const ports = [
      { containerPort: 80, hostPort: 8080 },
      { containerPort: 81 },
      { containerPort: 53, hostPort: 53, protocol: 'UDP', hostIP: '1.2.3.4' },
    ];
    const config = sandboxConfig(
      podWith(
        {
          containers: [{ name: 'a', ports }],
          shareProcessNamespace: true,
          securityContext: { sysctls: [{ name: 'net.x', value: '1' }], fsGroup: 5 },
        },
        { labels: { a: 'b' } },
      ),
      facts,
    );
    expect(config).toMatchObject({
      metadata: { name: 'web', namespace: 'default', uid: 'u1', attempt: 1 },
      hostname: 'web',
      labels: { a: 'b', 'io.kubernetes.pod.uid': 'u1' },
      portMappings: [
        { protocol: 'TCP', containerPort: 80, hostPort: 8080, hostIp: '' },
        { protocol: 'UDP', containerPort: 53, hostPort: 53, hostIp: '1.2.3.4' },
      ],
      linux: {
        cgroupParent: '/c',
        sysctls: { 'net.x': '1' },
        securityContext: { namespaceOptions: { network: 'POD', pid: 'POD', ipc: 'POD' }, supplementalGroups: [5] },
      },
    });
  });
  test('on the host network there is neither a name nor a port of its own', () => {
    const pod = podWith({
      hostNetwork: true,
      containers: [{ name: 'a', ports: [{ containerPort: 80, hostPort: 80 }] }],
    });
    expect(sandboxConfig(pod, facts)).toMatchObject({
      hostname: '',
      portMappings: [],
      linux: { securityContext: { namespaceOptions: { network: 'NODE' } } },
    });
  });
  test('a long name is cut to a host name', () => {
    expect(podHostname(podWith({}, { name: `${'x'.repeat(62)}-tail` }))).toBe('x'.repeat(62));
  });
});

describe('containerSecurity', () => {
  const of = (own: corev1.SecurityContext, podContext: corev1.PodSecurityContext = {}, img = image) => {
    const pod = podWith({ containers: [{ name: 'main', securityContext: own }], securityContext: podContext });
    return containerSecurity(pod, pod.spec!.containers[0]!, img, { seccompDefault: false });
  };
  test('the container’s own wins over the pod’s, the pod’s over the image’s', () => {
    expect(of({ runAsUser: 1 }, { runAsUser: 2 }).runAsUser).toEqual({ value: 1 });
    expect(of({}, { runAsUser: 2 }).runAsUser).toEqual({ value: 2 });
    expect(of({}, {}, { ...image, uid: { value: 7 } }).runAsUser).toEqual({ value: 7 });
    expect(of({}, {}, { ...image, uid: null, username: 'redis' })).toMatchObject({ runAsUsername: 'redis' });
  });
  test('privilege, capabilities and profiles', () => {
    expect(of({})).toMatchObject({ noNewPrivs: false, privileged: false, seccomp: { profileType: 'Unconfined' } });
    expect(of({}).maskedPaths).toContain('/proc/kcore');
    expect(of({ allowPrivilegeEscalation: false, capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] } })).toMatchObject({
      noNewPrivs: true,
      capabilities: { addCapabilities: ['NET_ADMIN'], dropCapabilities: ['ALL'] },
    });
    expect(of({ privileged: true })).toMatchObject({ privileged: true, maskedPaths: [], readonlyPaths: [] });
    expect(of({ seccompProfile: { type: 'RuntimeDefault' } }).seccomp).toEqual({ profileType: 'RuntimeDefault' });
  });
  test.each([
    ['an image that runs as root', {}, {}, image, /^container has runAsNonRoot and image will run as root/],
    ['a user that is root', { runAsUser: 0 }, {}, image, /^container's runAsUser breaks non-root policy/],
    ['a user by name', {}, {}, { ...image, uid: null, username: 'www' }, /non-numeric user \(www\), cannot verify/],
  ] as const)('runAsNonRoot refuses %s', (_, own, podContext, img, message) => {
    expect(() => of({ ...own, runAsNonRoot: true }, podContext, img)).toThrow(message);
  });
  test('runAsNonRoot takes a numeric user', () => {
    expect(of({ runAsNonRoot: true, runAsUser: 5 }).runAsUser).toEqual({ value: 5 });
  });
});

describe('containerConfig', () => {
  test('expands command and arguments, and remembers what a restart needs', () => {
    const container: corev1.Container = {
      name: 'main',
      command: ['run', '$(A)'],
      args: ['$(A)-$$(A)', '$(NONE)'],
      lifecycle: { preStop: { sleep: { seconds: 1 } } },
    };
    const pod = podWith({ containers: [container], terminationGracePeriodSeconds: 9 });
    const security = containerSecurity(pod, container, image, { seccompDefault: false });
    const config = containerConfig(pod, container, {
      image,
      env: new Map([['A', 'x']]),
      mounts: [],
      restartCount: 3,
      resources: {},
      security,
    });
    expect(config).toMatchObject({
      command: ['run', 'x'],
      args: ['x-$(A)', '$(NONE)'],
      image: { image: 'sha256:abc' },
      logPath: 'main/3.log',
      metadata: { attempt: 3 },
      annotations: {
        'io.kubernetes.container.restartCount': '3',
        'io.kubernetes.pod.terminationGracePeriod': '9',
        'io.kubernetes.container.preStopHandler': '{"sleep":{"seconds":1}}',
      },
    });
  });
});
