import type { Attributes, ResourceStorageConfig, StoredObject } from '../interface';

/** Widget is the suite's own kind, so that it needs no registry of kinds. */
export interface Widget {
  kind: 'Widget';
  apiVersion: 'suite.example/v1';
  metadata: { name: string; namespace: string; uid: string; labels?: Record<string, string> };
  spec: { node?: string; count?: number; text?: string };
}

/** widgets makes a storage configuration under a prefix of its own. */
export function widgets(area: string): ResourceStorageConfig {
  return {
    prefix: `/registry/suite.example/${area}/`,
    namespaced: true,
    indexes: ['spec.node'],
    attributesOf,
    ttlSeconds: object => (object.metadata['ttl'] as number | undefined) ?? undefined,
  };
}

/** widget makes an object. */
export function widget(
  namespace: string,
  name: string,
  spec: Widget['spec'] = {},
  labels?: Record<string, string>,
): Widget {
  const metadata = { name, namespace, uid: `uid-${namespace}-${name}`, ...(labels && { labels }) };
  return { kind: 'Widget', apiVersion: 'suite.example/v1', metadata, spec };
}

/** copyOf is an object to change: entries are not. */
export function copyOf(object: StoredObject): Widget {
  return structuredClone(object) as unknown as Widget;
}

function attributesOf(object: StoredObject): Attributes {
  const { name, namespace = '', labels = {} } = object.metadata;
  const spec = object['spec'] as Widget['spec'];
  return {
    name,
    namespace,
    labels: labels as Record<string, string>,
    fields: { 'metadata.name': name, 'metadata.namespace': namespace, 'spec.node': spec.node ?? '' },
  };
}
