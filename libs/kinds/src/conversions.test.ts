import { describe, expect, test } from '@jest/globals';
import { decodeTyped } from '@navarch/api';
import fs from 'node:fs';
import path from 'node:path';
import { allKinds } from './all-kinds';
import type { KindDefinition, ServedVersion } from './kind';
import { oraclePath, skipLoudly } from './testing/oracle';

type Fields = Record<string, unknown>;

const kinds = allKinds();

function find(apiVersion: string, kind: string): { kind: KindDefinition; version: ServedVersion } {
  const definition = kinds.find(
    k =>
      k.resource.kind === kind &&
      k.versions.some(v => (v.group ? `${v.group}/${v.version}` : v.version) === apiVersion),
  );
  const version = definition?.versions.find(v => (v.group ? `${v.group}/${v.version}` : v.version) === apiVersion);
  if (!definition || !version) throw new Error(`no ${apiVersion} ${kind}`);
  return { kind: definition, version };
}

const cpu = (percent: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percent } },
});
const MARK = 'pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match';

/** PAIRS are objects in an older version and in the hub; each has to become the other. */
const PAIRS: readonly (readonly [name: string, apiVersion: string, kind: string, older: Fields, hub: Fields])[] = [
  [
    'Ingress with a default backend by number',
    'networking.k8s.io/v1beta1',
    'Ingress',
    { spec: { backend: { serviceName: 's', servicePort: 80 } } },
    { spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } },
  ],
  [
    'Ingress with a path by port name',
    'extensions/v1beta1',
    'Ingress',
    {
      spec: {
        rules: [{ host: 'a', http: { paths: [{ path: '/', backend: { serviceName: 's', servicePort: 'web' } }] } }],
      },
    },
    {
      spec: {
        rules: [
          { host: 'a', http: { paths: [{ path: '/', backend: { service: { name: 's', port: { name: 'web' } } } }] } },
        ],
      },
    },
  ],
  [
    'Ingress with a resource',
    'networking.k8s.io/v1beta1',
    'Ingress',
    { spec: { backend: { resource: { kind: 'x', name: 'y' } } } },
    { spec: { defaultBackend: { resource: { kind: 'x', name: 'y' } } } },
  ],
  [
    'autoscaler v1',
    'autoscaling/v1',
    'HorizontalPodAutoscaler',
    { metadata: {}, spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 60 } },
    { metadata: {}, spec: { maxReplicas: 3, metrics: [cpu(60)] } },
  ],
  [
    'autoscaler v1 with other metrics',
    'autoscaling/v1',
    'HorizontalPodAutoscaler',
    {
      metadata: {
        annotations: {
          'autoscaling.alpha.kubernetes.io/metrics':
            '[{"type":"Pods","pods":{"metricName":"m","targetAverageValue":"5"}}]',
        },
      },
      spec: { targetCPUUtilizationPercentage: 60 },
    },
    {
      metadata: {},
      spec: {
        metrics: [
          { type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '5' } } },
          cpu(60),
        ],
      },
    },
  ],
  [
    'autoscaler v1 status',
    'autoscaling/v1',
    'HorizontalPodAutoscaler',
    {
      metadata: {
        annotations: {
          'autoscaling.alpha.kubernetes.io/conditions':
            '[{"type":"AbleToScale","status":"True","lastTransitionTime":"2020-01-01T00:00:00Z"}]',
          'autoscaling.alpha.kubernetes.io/current-metrics':
            '[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":7,"currentAverageValue":"3m"}}]',
        },
      },
      spec: {},
      status: { currentReplicas: 1, currentCPUUtilizationPercentage: 7 },
    },
    {
      metadata: {},
      spec: {},
      status: {
        currentReplicas: 1,
        conditions: [{ type: 'AbleToScale', status: 'True', lastTransitionTime: '2020-01-01T00:00:00Z' }],
        currentMetrics: [
          { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 7, averageValue: '3m' } } },
        ],
      },
    },
  ],
  [
    'autoscaler v2beta1',
    'autoscaling/v2beta1',
    'HorizontalPodAutoscaler',
    {
      metadata: {},
      spec: {
        metrics: [
          { type: 'Object', object: { target: { kind: 'Service', name: 's' }, metricName: 'o', targetValue: '7' } },
          { type: 'External', external: { metricName: 'e', targetAverageValue: '3' } },
        ],
      },
    },
    {
      metadata: {},
      spec: {
        metrics: [
          {
            type: 'Object',
            object: {
              describedObject: { kind: 'Service', name: 's' },
              target: { type: 'Value', value: '7' },
              metric: { name: 'o' },
            },
          },
          {
            type: 'External',
            external: { metric: { name: 'e' }, target: { type: 'AverageValue', averageValue: '3' } },
          },
        ],
      },
    },
  ],
  [
    'budget with an empty selector, which matched nothing',
    'policy/v1beta1',
    'PodDisruptionBudget',
    { spec: { selector: {} } },
    { spec: { selector: { matchExpressions: [{ key: MARK, operator: 'Exists' }] } } },
  ],
  [
    'budget that matches everything',
    'policy/v1beta1',
    'PodDisruptionBudget',
    { spec: { selector: { matchExpressions: [{ key: MARK, operator: 'DoesNotExist' }] } } },
    { spec: { selector: {} } },
  ],
  [
    'endpoint slice with topology',
    'discovery.k8s.io/v1beta1',
    'EndpointSlice',
    {
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          nodeName: 'n',
          topology: { x: 'y', 'kubernetes.io/hostname': 'n', 'topology.kubernetes.io/zone': 'z' },
        },
      ],
    },
    { endpoints: [{ addresses: ['10.0.0.1'], nodeName: 'n', zone: 'z', deprecatedTopology: { x: 'y' } }] },
  ],
  [
    'event',
    'events.k8s.io/v1',
    'Event',
    {
      note: 'm',
      regarding: { kind: 'Pod' },
      reportingController: 'c',
      deprecatedCount: 3,
      deprecatedSource: { component: 'x' },
    },
    { message: 'm', involvedObject: { kind: 'Pod' }, reportingComponent: 'c', count: 3, source: { component: 'x' } },
  ],
  [
    'priority level',
    'flowcontrol.apiserver.k8s.io/v1beta2',
    'PriorityLevelConfiguration',
    { spec: { limited: { assuredConcurrencyShares: 5 } } },
    { spec: { limited: { nominalConcurrencyShares: 5 } } },
  ],
  [
    'role binding v1alpha1',
    'rbac.authorization.k8s.io/v1alpha1',
    'RoleBinding',
    {
      subjects: [
        { kind: 'User', name: 'u', apiVersion: 'rbac.authorization.k8s.io/v1alpha1' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n', apiVersion: 'v1' },
      ],
    },
    {
      subjects: [
        { kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    },
  ],
  [
    'definition with everything on top',
    'apiextensions.k8s.io/v1beta1',
    'CustomResourceDefinition',
    {
      spec: {
        version: 'v1',
        versions: [{ name: 'v1', served: true, storage: true }],
        preserveUnknownFields: true,
        validation: { openAPIV3Schema: { type: 'object' } },
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'a', type: 'string', JSONPath: '.spec.a' }],
        conversion: {
          strategy: 'Webhook',
          webhookClientConfig: { url: 'https://a' },
          conversionReviewVersions: ['v1'],
        },
      },
    },
    {
      spec: {
        preserveUnknownFields: true,
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object' } },
            subresources: { status: {} },
            additionalPrinterColumns: [{ name: 'a', type: 'string', jsonPath: '.spec.a' }],
          },
        ],
        conversion: {
          strategy: 'Webhook',
          webhook: { clientConfig: { url: 'https://a' }, conversionReviewVersions: ['v1'] },
        },
      },
    },
  ],
  [
    'claim with one request',
    'resource.k8s.io/v1beta1',
    'ResourceClaim',
    { spec: { devices: { requests: [{ name: 'r', deviceClassName: 'c', count: 1 }] } } },
    { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c', count: 1 } }] } } },
  ],
  [
    'access review v1beta1',
    'authorization.k8s.io/v1beta1',
    'SubjectAccessReview',
    { spec: { group: ['g'] } },
    { spec: { groups: ['g'] } },
  ],
];

describe('conversions', () => {
  test.each(PAIRS)('%s becomes the hub and comes back', (_name, apiVersion, kind, older, hub) => {
    const { version } = find(apiVersion, kind);
    const there = structuredClone(older);
    version.toHub?.(there);
    expect(there).toEqual(hub);
    version.fromHub?.(there);
    expect(there).toEqual(older);
  });

  test('v1.20 tells the node of an endpoint by its topology only', () => {
    const version = allKinds(20)
      .find(k => k.resource.kind === 'EndpointSlice')!
      .versions.find(v => v.version === 'v1beta1')!;
    const slice: Fields = { endpoints: [{ nodeName: 'other', topology: { 'kubernetes.io/hostname': 'n' } }] };
    version.toHub!(slice);
    expect(slice).toEqual({ endpoints: [{ nodeName: 'n' }] });
    version.fromHub!(slice);
    expect(slice).toEqual({ endpoints: [{ topology: { 'kubernetes.io/hostname': 'n' } }] });
  });

  test.each<[title: string, annotation: string, behavior: unknown]>([
    ['says nothing', '{"ScaleUp":null,"ScaleDown":null}', undefined],
    ['is of another form', '{"ScaleUp":{"Policies":"x"}}', undefined],
    [
      'is kept as it is',
      '{"ScaleUp":{"StabilizationWindowSeconds":null,"SelectPolicy":null,"Policies":[{"Type":"Pods","Value":3,"PeriodSeconds":5}]},"ScaleDown":null}',
      { scaleUp: { policies: [{ type: 'Pods', value: 3, periodSeconds: 5 }] } },
    ],
  ])('the behavior in an annotation of an autoscaler of v1 %s', (_title, annotation, behavior) => {
    const { version } = find('autoscaling/v1', 'HorizontalPodAutoscaler');
    const annotations = { 'autoscaling.alpha.kubernetes.io/behavior': annotation };
    const object: Fields = { metadata: { annotations }, spec: {} };
    version.toHub!(object);
    expect((object['spec'] as Fields)['behavior']).toEqual(behavior);
    version.fromHub!(object);
    expect(object['metadata']).toEqual(behavior ? { annotations } : {});
  });

  test('what v1 has no place for is lost: the utilization of a second metric of the CPU', () => {
    const { version } = find('autoscaling/v1', 'HorizontalPodAutoscaler');
    const object: Fields = { metadata: {}, spec: { metrics: [cpu(60), cpu(50)] } };
    version.fromHub!(object);
    expect(object).toEqual({ metadata: {}, spec: { targetCPUUtilizationPercentage: 60 } });
  });

  test('runtime class v1alpha1', () => {
    const { version } = {
      version: allKinds(20)
        .find(k => k.resource.kind === 'RuntimeClass')!
        .versions.find(v => v.version === 'v1alpha1')!,
    };
    const object: Fields = { spec: { runtimeHandler: 'h', scheduling: { nodeSelector: { a: 'b' } } } };
    version.toHub!(object);
    expect(object).toEqual({ handler: 'h', scheduling: { nodeSelector: { a: 'b' } } });
    version.fromHub!(object);
    expect(object).toEqual({ spec: { runtimeHandler: 'h', scheduling: { nodeSelector: { a: 'b' } } } });
  });
});

/** LOSSY are versions whose filled sample says things twice that the hub says once. */
const LOSSY: Readonly<Record<string, string>> = {
  'discovery.k8s.io/v1beta1 EndpointSlice': 'has the node both as a field and in its topology',
  'autoscaling/v1 HorizontalPodAutoscaler': 'has current values without the annotations that go with them',
  'apps/v1beta1 Deployment': 'has a rollback request',
  'extensions/v1beta1 DaemonSet': 'has the generation of the template',
  'rbac.authorization.k8s.io/v1alpha1 RoleBinding': 'names an apiVersion that no subject has',
  'rbac.authorization.k8s.io/v1alpha1 ClusterRoleBinding': 'names an apiVersion that no subject has',
};

describe('filled samples survive the way to the hub and back', () => {
  const folder = oraclePath('../spec/roundtrip');
  if (!folder) return skipLoudly('filled samples');
  const samples = kinds.flatMap(kind =>
    kind.versions.flatMap((version): [string, KindDefinition, ServedVersion, string][] => {
      const name = `${version.group || 'core'}.${version.version}.${kind.resource.kind}.json`;
      const apiVersion = version.group ? `${version.group}/${version.version}` : version.version;
      const title = `${apiVersion} ${kind.resource.kind}`;
      const file = path.join(folder, name);
      return fs.existsSync(file) && !LOSSY[title] ? [[title, kind, version, file]] : [];
    }),
  );
  test.each(samples)('%s', (_title, _kind, version, file) => {
    const given = decodeTyped(version.schema, JSON.parse(fs.readFileSync(file, 'utf8'))).object;
    const copy = structuredClone(given);
    version.toHub?.(copy);
    version.fromHub?.(copy);
    expect(decodeTyped(version.schema, copy).object).toEqual(given);
  });
});
