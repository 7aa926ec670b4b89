import { describe, expect, test } from '@jest/globals';
import { allKinds } from './all-kinds';
import { scheduleProblem } from './batch/v1/cron-job/schedule';
import { create, findTarget, update } from './testing/create';

type Fields = Record<string, unknown>;

const pod = { containers: [{ name: 'c', image: 'i' }] };
const workload = { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: pod } };

function made(path: string, kind: string, body: Fields, emulated = 33) {
  const [, api, group, version] = /^\/(api|apis\/([^/]+))\/([^/]+)/.exec(path)!;
  const { object, errors } = create(
    findTarget(path, emulated)!,
    { apiVersion: api === 'api' ? version : `${group}/${version}`, kind, metadata: { name: 'x' }, ...body },
    emulated,
  );
  expect(errors).toEqual([]);
  return object;
}
const at = (object: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Fields | undefined)?.[name], object);

describe('what later releases fill in', () => {
  const ns = '/api/v1/namespaces/default';
  const table: readonly (readonly [string, string, string, Fields, string, unknown])[] = [
    [
      'Service',
      `${ns}/services`,
      'Service',
      { spec: { ports: [{ port: 80 }] } },
      'spec.internalTrafficPolicy',
      'Cluster',
    ],
    [
      'Service of a load balancer',
      `${ns}/services`,
      'Service',
      { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } },
      'spec.allocateLoadBalancerNodePorts',
      true,
    ],
    [
      'DaemonSet',
      '/apis/apps/v1/namespaces/default/daemonsets',
      'DaemonSet',
      { spec: workload },
      'spec.updateStrategy.rollingUpdate.maxSurge',
      0,
    ],
    [
      'StatefulSet',
      '/apis/apps/v1/namespaces/default/statefulsets',
      'StatefulSet',
      { spec: workload },
      'spec.persistentVolumeClaimRetentionPolicy',
      { whenDeleted: 'Retain', whenScaled: 'Retain' },
    ],
    [
      'Job',
      '/apis/batch/v1/namespaces/default/jobs',
      'Job',
      { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } },
      'spec.completionMode',
      'NonIndexed',
    ],
    [
      'Job’s pods',
      '/apis/batch/v1/namespaces/default/jobs',
      'Job',
      { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } },
      'spec.podReplacementPolicy',
      'TerminatingOrFailed',
    ],
    ['CSIDriver', '/apis/storage.k8s.io/v1/csidrivers', 'CSIDriver', { spec: {} }, 'spec.seLinuxMount', false],
  ];
  test.each(table)('%s', (_name, path, kind, body, field, wanted) => {
    expect(at(made(path, kind, body), field)).toEqual(wanted);
    expect(at(made(path, kind, body, 20), field)).toBeUndefined();
  });

  test('a namespace carries its name as a label', () => {
    expect(made('/api/v1/namespaces', 'Namespace', {}).metadata!.labels).toEqual({
      'kubernetes.io/metadata.name': 'x',
    });
  });
  test('a job’s pods carry the labels with and without a domain', () => {
    const job = made('/apis/batch/v1/namespaces/default/jobs', 'Job', {
      spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } },
    });
    const uid = job.metadata!.uid;
    expect(at(job, 'spec.selector.matchLabels')).toEqual({ 'batch.kubernetes.io/controller-uid': uid });
    expect(at(job, 'spec.template.metadata.labels')).toEqual({
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': 'x',
      'controller-uid': uid,
      'job-name': 'x',
    });
  });
});

describe('older versions apply unchanged', () => {
  test('Deployment of extensions/v1beta1 takes its selector from the template', () => {
    const body = { spec: { template: { metadata: { labels: { a: 'b' } }, spec: pod } } };
    const deployment = made('/apis/extensions/v1beta1/namespaces/default/deployments', 'Deployment', body);
    expect(at(deployment, 'spec.selector')).toEqual({ matchLabels: { a: 'b' } });
    expect(at(deployment, 'spec.strategy.rollingUpdate')).toEqual({ maxUnavailable: 1, maxSurge: 1 });
  });
  test('CronJob of batch/v1beta1', () => {
    const body = {
      spec: {
        schedule: '*/5 * * * *',
        jobTemplate: { spec: { template: { spec: { ...pod, restartPolicy: 'OnFailure' } } } },
      },
    };
    expect(at(made('/apis/batch/v1beta1/namespaces/default/cronjobs', 'CronJob', body), 'spec.concurrencyPolicy')).toBe(
      'Allow',
    );
  });
});

describe('changes of a Service', () => {
  const target = findTarget('/api/v1/namespaces/default/services/x', 33)!;
  const service = (spec: Fields) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x', namespace: 'default' },
    spec,
  });
  const old = service({
    type: 'NodePort',
    clusterIP: '10.96.0.9',
    clusterIPs: ['10.96.0.9'],
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80, nodePort: 30080 }],
    externalTrafficPolicy: 'Cluster',
  });
  test('what was allocated stays when the client leaves it out', () => {
    const { object, errors } = update(target, service({ type: 'NodePort', ports: [{ port: 80 }] }), old, 33);
    expect(errors).toEqual([]);
    expect(object).toMatchObject({ spec: { clusterIP: '10.96.0.9', ports: [{ nodePort: 30080 }] } });
  });
  test('a cluster IP does not move', () => {
    const { errors } = update(
      target,
      service({ type: 'NodePort', clusterIP: '10.96.0.10', ports: [{ port: 80 }] }),
      old,
      33,
    );
    expect(errors.map(e => e.field)).toEqual(['spec.clusterIPs[0]', 'spec.clusterIPs']);
  });
  test('a service that needs no node ports any more gives them up', () => {
    const { object } = update(target, service({ ...old.spec, type: 'ClusterIP' }), old, 33);
    expect(at(object, 'spec.ports')).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }]);
    expect(at(object, 'spec.externalTrafficPolicy')).toBeUndefined();
  });
});

describe('cron schedules', () => {
  test.each(['* * * * *', '*/5 0-6 1,15 jan-mar mon', '@daily', '@every 1h30m', '0 0 ? * SUN', '5/10 * * * *'])(
    '%s is fine',
    schedule => expect(scheduleProblem(schedule)).toBeUndefined(),
  );
  test.each([
    ['* * * *', 'Expected exactly 5 fields, found 4: * * * *'],
    ['60 * * * *', 'End of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'Beginning of range (0) below minimum (1): 0'],
    ['9-5 * * * *', 'Beginning of range (9) beyond end of range (5): 9-5'],
    ['*/0 * * * *', 'Step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'Too many hyphens: 1-2-3'],
    ['@sometimes', 'Unrecognized descriptor: @sometimes'],
  ])('%s is not', (schedule, wanted) => expect(scheduleProblem(schedule)).toBe(wanted));
});

describe('columns', () => {
  test.each([20, 25, 30, 33])('each release has a cell for each column: 1.%d', emulated => {
    for (const kind of allKinds(emulated)) {
      if (!kind.columns) continue;
      const object = {
        metadata: { name: 'x' },
        spec: {},
        status: {},
        involvedObject: {},
        roleRef: {},
        addressType: 'IPv4',
        webhooks: [],
      };
      expect({ kind: kind.resource.kind, cells: kind.columns.cells(object, { now: 0, emulated }).length }).toEqual({
        kind: kind.resource.kind,
        cells: kind.columns.columns.length,
      });
    }
  });
});
