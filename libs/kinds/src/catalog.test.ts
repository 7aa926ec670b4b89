import { describe, expect, test } from '@jest/globals';
import fs from 'node:fs';
import { allKinds, groupOrder, isServed } from './index';
import { create, readAs } from './testing/create';
import { oraclePath, skipLoudly } from './testing/oracle';

const oracle = oraclePath('resources.json');

interface Resource {
  group: string;
  resource: string;
  kind: string;
  versions: string[];
  namespaced: boolean;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  subresources?: Record<string, { kind: string; verbs: string[]; group?: string; version?: string }>;
  storage?: { prefix: string; storedVersion: string };
}

const EIGHT = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

describe('the catalogue of 1.20', () => {
  if (!oracle) return skipLoudly('recorded resources');
  const recorded = JSON.parse(fs.readFileSync(oracle, 'utf8')) as { resources: Resource[] };
  const kinds = allKinds(20);

  test.each(recorded.resources.map(r => [`${r.group}/${r.resource}`, r] as const))('%s', (_name, r) => {
    const kind = kinds.find(
      k => k.resource.resource === r.resource && k.versions.some(v => v.group === r.group && isServed(v, 20)),
    );
    expect(kind).toBeDefined();
    const versions = kind!.versions.filter(v => v.group === r.group && isServed(v, 20)).map(v => v.version);
    expect(versions.sort()).toEqual([...r.versions].sort());
    expect(kind!.resource.kind).toBe(r.kind);
    expect(kind!.resource.namespaced).toBe(r.namespaced);
    expect([...(kind!.verbs ?? EIGHT)].sort()).toEqual(r.verbs);
    expect(kind!.shortNames ?? []).toEqual(r.shortNames ?? []);
    expect(kind!.categories ?? []).toEqual(r.categories ?? []);
    const { status, scale, writes = {}, connects = {} } = kind!.subresources ?? {};
    const subresources = [
      ...(status ? ['status'] : []),
      ...(scale ? ['scale'] : []),
      ...Object.keys(writes),
      ...Object.keys(connects),
    ];
    expect(subresources.sort()).toEqual(Object.keys(r.subresources ?? {}).sort());
    for (const [name, expected] of Object.entries(r.subresources ?? {})) {
      const connect = connects[name];
      if (connect)
        expect({ kind: connect.kind, verbs: connect.verbs, group: connect.group, version: connect.version }).toEqual({
          group: undefined,
          version: undefined,
          kind: expected.kind,
          verbs: expected.verbs,
          ...(expected.group && { group: expected.group, version: expected.version }),
        });
      if (writes[name]) expect(writes[name]!.verbs).toEqual(expected.verbs);
    }
    if (r.storage) {
      expect(`/registry/${kind!.storagePath ?? r.resource}/`).toBe(r.storage.prefix);
      const stored =
        kind!.versions
          .filter(v => v.storedSince !== undefined && v.storedSince <= 20)
          .sort((a, b) => b.storedSince! - a.storedSince!)[0] ?? kind!.resource;
      expect(stored.group ? `${stored.group}/${stored.version}` : stored.version).toBe(r.storage.storedVersion);
    }
  });

  test('nothing else is served', () => {
    const names = kinds.flatMap(k =>
      k.versions.filter(v => isServed(v, 20)).map(v => `${v.group}/${k.resource.resource}`),
    );
    expect([...new Set(names)].sort()).toEqual(recorded.resources.map(r => `${r.group}/${r.resource}`).sort());
  });

  test('groups come in the recorded order', () => {
    const groups = JSON.parse(fs.readFileSync(oraclePath('cases/discovery/disc-apis.json')!, 'utf8')) as {
      steps: { expect: { body: { groups: { name: string; versions: { version: string }[] }[] } } }[];
    };
    const expected = groups.steps[0]!.expect.body.groups.map(g => ({
      group: g.name,
      versions: g.versions.map(v => v.version),
    }));
    expect(groupOrder(kinds, 20).filter(g => g.group)).toEqual(expected);
  });
});

describe('the catalogue of 1.33', () => {
  const kinds = allKinds();
  const served = new Set(
    kinds.flatMap(k => k.versions.filter(v => isServed(v, 33)).map(v => `${v.group}/${v.version} ${k.resource.kind}`)),
  );

  test.each([
    'batch/v1 CronJob',
    'batch/v1beta1 CronJob',
    'policy/v1 PodDisruptionBudget',
    'autoscaling/v2 HorizontalPodAutoscaler',
    'discovery.k8s.io/v1 EndpointSlice',
    'networking.k8s.io/v1 ServiceCIDR',
    'extensions/v1beta1 Deployment',
    'apps/v1beta1 StatefulSet',
    'rbac.authorization.k8s.io/v1alpha1 Role',
    'flowcontrol.apiserver.k8s.io/v1 FlowSchema',
    'policy/v1beta1 PodSecurityPolicy',
  ])('serves %s', name => expect(served).toContain(name));

  test.each(['internal.apiserver.k8s.io/v1alpha1 StorageVersion', 'batch/v2alpha1 CronJob'])('has no %s', name =>
    expect(served).not.toContain(name),
  );
});

describe('every kind bears an object with nothing in it', () => {
  const rows = [20, 33].flatMap(emulated =>
    allKinds(emulated).flatMap(kind =>
      kind.versions
        .filter(v => isServed(v, emulated) && kind.verbs?.join() !== 'get,list')
        .map(
          version =>
            [
              `${version.group}/${version.version} ${kind.resource.kind} in 1.${emulated}`,
              kind,
              version,
              emulated,
            ] as const,
        ),
    ),
  );
  test.each(rows)('%s', (_name, kind, version, emulated) => {
    const apiVersion = version.group ? `${version.group}/${version.version}` : version.version;
    const target = { kind, version, namespace: kind.resource.namespaced ? 'default' : '', name: '' };
    const { object } = create(target, { apiVersion, kind: kind.resource.kind, metadata: { name: 'x' } }, emulated);
    expect(readAs(version, object, emulated)).toMatchObject({ apiVersion, metadata: { name: 'x' } });
    const context = { now: 0, emulated };
    expect(kind.columns?.cells(object, context) ?? []).toHaveLength(kind.columns?.columns.length ?? 0);
    expect(Object.keys(kind.selectableFields?.(object) ?? {})).toEqual(
      expect.arrayContaining([...(kind.fieldLabels ?? [])]),
    );
  });
});
