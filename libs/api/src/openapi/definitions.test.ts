import { describe, expect, test } from '@jest/globals';
import { loadSchema } from '../schema';
import { openApiDefinitions } from './index';

type Schema = Record<string, unknown> & { properties: Record<string, Record<string, unknown>> };
const POD = 'io.k8s.api.core.v1.Pod';

describe.each(['v2', 'v3'] as const)('openApiDefinitions %s', flavour => {
  const definitions = openApiDefinitions([POD, 'io.k8s.api.apps.v1.Deployment'], flavour) as Record<string, Schema>;
  const prefix = flavour === 'v2' ? '#/definitions/' : '#/components/schemas/';

  test('are closed: every reference is there', () => {
    const references = [...JSON.stringify(definitions).matchAll(/"\$ref":"([^"]+)"/g)].map(m => m[1]!);
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter(ref => !ref.startsWith(prefix) || !definitions[ref.slice(prefix.length)])).toEqual([]);
  });

  test('say what kubectl asks for', () => {
    expect(definitions[POD]).toMatchObject({
      type: 'object',
      description: expect.stringContaining('collection of containers'),
      'x-kubernetes-group-version-kind': [{ group: '', kind: 'Pod', version: 'v1' }],
    });
    expect(Object.keys(definitions[POD]!.properties)).toEqual(['apiVersion', 'kind', 'metadata', 'spec', 'status']);
    const { containers } = definitions['io.k8s.api.core.v1.PodSpec']!.properties;
    expect(containers).toMatchObject({
      type: 'array',
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
    });
    expect(definitions['io.k8s.api.core.v1.PodSpec']!.required).toEqual(['containers']);
    expect(definitions['io.k8s.api.core.v1.ContainerPort']!.properties.containerPort).toMatchObject({
      type: 'integer',
      format: 'int32',
    });
    expect(definitions['io.k8s.apimachinery.pkg.apis.meta.v1.Time']).toMatchObject({
      type: 'string',
      format: 'date-time',
    });
  });

  test.each([
    [20, false],
    [33, true],
  ])('show the fields that v1.%i has', (emulated, want) => {
    const definitions = openApiDefinitions([POD], flavour, emulated) as Record<string, Schema>;
    expect('resourceClaims' in definitions['io.k8s.api.core.v1.PodSpec']!.properties!).toBe(want);
    expect('io.k8s.api.core.v1.PodResourceClaim' in definitions).toBe(want);
  });

  test('can be made for everything', () => {
    const all = openApiDefinitions(Object.keys(loadSchema()), flavour);
    expect(Object.keys(all)).toHaveLength(Object.keys(loadSchema()).length);
    expect(() => openApiDefinitions(['io.k8s.None'], flavour)).toThrow('no definition is named io.k8s.None');
  });
});
