import { describe, expect, test } from '@jest/globals';
import { defNameOf, description, isRoot, loadSchema, typeSchema } from './index';

describe('definitions', () => {
  test.each([
    ['', 'v1', 'Pod', 'io.k8s.api.core.v1.Pod'],
    ['apps', 'v1', 'Deployment', 'io.k8s.api.apps.v1.Deployment'],
    ['rbac.authorization.k8s.io', 'v1', 'Role', 'io.k8s.api.rbac.v1.Role'],
    [
      'apiextensions.k8s.io',
      'v1',
      'CustomResourceDefinition',
      'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
    ],
    ['apps', 'v1', 'DeleteOptions', 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'],
    ['', 'v1', 'Nonsense', undefined],
    ['', 'v9', 'Pod', undefined],
    ['constructor', 'v1', 'toString', undefined],
  ])('%s/%s %s', (group, version, kind, name) => {
    expect(defNameOf(group, version, kind)).toBe(name);
  });

  test('every field refers to a definition that is there', () => {
    const all = loadSchema();
    const missing = Object.values(all)
      .flat()
      .map(f => f.type)
      .filter(type => type.includes('.') && !all[type]);
    expect(missing).toEqual([]);
    expect(() => typeSchema('io.k8s.None')).toThrow('no definition is named io.k8s.None');
  });

  test('kinds carry their type, parts of them do not', () => {
    expect([
      isRoot('io.k8s.api.core.v1.Pod'),
      isRoot('io.k8s.api.core.v1.PodSpec'),
      isRoot('io.k8s.api.core.v1.PodTemplateSpec'),
    ]).toEqual([true, false, false]);
  });

  test('fields are described', () => {
    expect(description('io.k8s.api.core.v1.Pod', 'spec')).toBe('PodSpec is a description of a pod.');
    expect(description('io.k8s.api.core.v1.Pod', 'constructor')).toBe('');
  });
});

describe('structure', () => {
  test('the first releases declared what they did not keep', () => {
    const meta = (release: number) => typeSchema('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', release);
    expect([meta(20).field('clusterName')?.name, meta(33).field('clusterName')]).toEqual(['clusterName', undefined]);
  });
  const container = typeSchema('io.k8s.api.core.v1.PodSpec').field('containers')!;
  test('lists by key, sets, and atomic lists', () => {
    expect(container).toMatchObject({
      patchStrategy: ['merge'],
      patchMergeKey: 'name',
      schema: { kind: 'list', listType: 'map', mapKeys: ['name'] },
    });
    const ports = container.schema.element!.field('ports')!;
    expect(ports).toMatchObject({
      patchMergeKey: 'containerPort',
      schema: { mapKeys: ['containerPort', 'protocol'], keyDefaults: { protocol: 'TCP' } },
    });
    expect(container.schema.element!.field('args')!.schema).toMatchObject({ kind: 'list', listType: 'atomic' });
    expect(typeSchema('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta').field('finalizers')!.schema).toMatchObject({
      listType: 'set',
    });
  });
  test('today more is owned as a whole, or by key, than in the first releases', () => {
    const seen = (release: number) => {
      const at = (name: string, field: string) => typeSchema(`io.k8s.${name}`, release).field(field)!.schema;
      const definition = 'apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition';
      return [
        at('api.core.v1.ServiceSpec', 'selector').atomic ?? false,
        at('api.core.v1.PodSpec', 'nodeSelector').atomic ?? false,
        at('api.core.v1.PersistentVolumeSpec', 'claimRef').atomic ?? false,
        at('api.core.v1.EnvVarSource', 'fieldRef').atomic,
        at(`${definition}Status`, 'conditions').listType,
      ];
    };
    expect(seen(20)).toEqual([false, false, false, false, 'atomic']);
    expect(seen(33)).toEqual([true, true, false, true, 'map']);
  });
  test('embedded structs stand in their place', () => {
    const volume = typeSchema('io.k8s.api.core.v1.Volume');
    expect([
      volume.field('emptyDir')!.schema.kind,
      volume.field('volumeSource'),
      volume.field('name')!.schema.scalarType,
    ]).toEqual(['object', undefined, 'string']);
  });
  test('selectors are owned as a whole', () => {
    expect(typeSchema('io.k8s.api.apps.v1.DeploymentSpec').field('selector')!.schema.atomic).toBe(true);
  });
});
