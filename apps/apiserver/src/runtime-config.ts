import type { KindDefinition, ServedVersion } from '@navarch/kinds';
import { parseBool } from '@navarch/nest-host';

/** LEVELS are the keys that stand for many versions. */
const LEVELS = ['api/all', 'api/ga', 'api/beta', 'api/alpha'];

/** Offered tells whether a version of a kind is to be served. */
export type Offered = (version: ServedVersion, kind: KindDefinition) => boolean;

/**
 * readRuntimeConfig reads --runtime-config: `GROUP/VERSION=false` takes a version away (`api/v1` is that of the core), `GROUP/VERSION/RESOURCE`
 * one resource of it, `api/all`, `api/ga`, `api/beta` and `api/alpha` all of a kind. The more exact key counts. Without it all versions are served
 * but those that want to be asked for.
 * It throws an Error for what is no such key or value. Pure.
 */
export function readRuntimeConfig(entries: readonly string[], kinds: readonly KindDefinition[]): Offered {
  const settings = new Map(entries.map(readEntry));
  const known = new Set(kinds.flatMap(kind => kind.versions.map(({ group }) => group)));
  const unknown = [...settings.keys()].filter(key => !LEVELS.includes(key) && !known.has(groupOf(key)));
  if (unknown.length)
    throw new Error(`--runtime-config: unknown api groups ${[...new Set(unknown.map(groupOf))].join(',')}`);
  return ({ group, version, optIn }, { resource }) => {
    const name = `${group || 'api'}/${version}`;
    const keys = [`${name}/${resource.resource}`, name, levelOf(version), 'api/all'];
    return settings.get(keys.find(key => settings.has(key)) ?? '') ?? !optIn;
  };
}

function readEntry(entry: string): [key: string, value: boolean] {
  const [key = '', value = 'true'] = entry.split('=');
  const isServed = parseBool(value);
  if (isServed === undefined) throw new Error(`--runtime-config: invalid value of ${key}=${value}: not true or false`);
  if (!key.includes('/') && key !== 'v1') throw new Error(`--runtime-config: ${key} is no GROUP/VERSION`);
  return [key === 'v1' ? 'api/v1' : key, isServed];
}

const groupOf = (key: string) => (key.startsWith('api/v') ? '' : key.split('/')[0]!);

function levelOf(version: string): string {
  return version.includes('alpha') ? 'api/alpha' : version.includes('beta') ? 'api/beta' : 'api/ga';
}
