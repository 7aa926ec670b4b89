import { expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';

type Part = Readonly<Record<string, unknown>>;
const spec = { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd' } };
const TYPES = '"ContainerResource", "External", "Object", "Pods", "Resource"';
const unknown = `spec.metrics[0].type: Unsupported value: "": supported values: ${TYPES}`;

test.each<readonly [title: string, part: Part, findings: string[]]>([
  [
    'a metric of no type',
    { metrics: [{}] },
    ['spec.metrics[0].type: Required value: must specify a metric source type', unknown, unknown],
  ],
  [
    'a source of another type',
    { metrics: [{ type: 'Resource', pods: { metric: { name: 'm' }, target: { type: 'AverageValue' } } }] },
    [
      'spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue',
      'spec.metrics[0].resource: Required value: must populate information for the given metric source',
    ],
  ],
  [
    'single containers',
    { metrics: [{ type: 'ContainerResource', containerResource: { name: 'cpu', container: 'c', target: {} } }] },
    [
      'spec.metrics[0].containerResource: Required value: must populate information for the given metric source (only allowed when HPAContainerMetrics feature is enabled)',
    ],
  ],
  [
    'no replicas',
    { minReplicas: 0 },
    [
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
    ],
  ],
  [
    'the past',
    { behavior: { scaleUp: { stabilizationWindowSeconds: -1 } } },
    ['spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero'],
  ],
])('v1.20 says of an autoscaler: %s', (_title, part, findings) => {
  const path = '/apis/autoscaling/v2beta2/namespaces/n/horizontalpodautoscalers';
  expect(ask(path).created({ spec: { ...spec, ...part } })).toEqual(findings);
});
