import { isRecord } from '@navarch/apimachinery';
import { mutated, ownOf, type Mutation } from './mutations';
import type { KubeObject } from './objects';
import type { Question } from './server';

/** Mode is a way to put a changed object to a server. Nothing is stored: every write is a dry run. */
export type Mode = 'create' | 'update' | 'status' | 'merge' | 'strategic' | 'json' | 'read';
export const MODES: readonly Mode[] = ['create', 'update', 'status', 'merge', 'strategic', 'json', 'read'];

const PATCHES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
};

/** questionOf asks for one mutation of an object at `collection`; undefined where there is nothing to ask. */
export function questionOf(mode: Mode, collection: string, object: KubeObject, asMade: Mutation): Question | undefined {
  const mutation = ownOf(object, asMade);
  const changed = mutated(object, mutation);
  if (!changed) return undefined;
  const place = `${collection}/${object.metadata.name ?? ''}`;
  const dry = '?dryRun=All';
  switch (mode) {
    case 'create':
      return { method: 'POST', path: `${collection}${dry}`, body: changed };
    case 'update':
      return { method: 'PUT', path: `${place}${dry}`, body: changed };
    case 'status':
      return { method: 'PUT', path: `${place}/status${dry}`, body: changed };
    case 'read':
      return undefined;
    default: {
      const body = mode === 'json' ? jsonPatch(mutation) : mergePatch(changed, mutation);
      return { method: 'PATCH', path: `${place}${dry}`, body, contentType: PATCHES[mode] };
    }
  }
}

const FORMS = [
  undefined,
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
];

/** readings are the ways to read an object of `collection`: alone and in a list, in every form. */
export function* readings(collection: string, { metadata }: KubeObject): Generator<Question> {
  const name = metadata.name ?? '';
  const listed = `${collection}?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`;
  for (const path of [`${collection}/${name}`, listed])
    for (const accept of FORMS) yield { method: 'GET', path, ...(accept && { accept }) };
}

function jsonPatch({ path, value }: Mutation): object[] {
  const pointer = path.map(step => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return [value === undefined ? { op: 'remove', path: pointer } : { op: 'replace', path: pointer, value }];
}

/** mergePatch changes the field at the path; of a list it holds all items, as merge patches have to. */
function mergePatch(changed: KubeObject, { path }: Mutation): object {
  const list = path.findIndex(step => typeof step === 'number');
  const fields = (list < 0 ? path : path.slice(0, list)) as string[];
  let value: unknown = changed;
  for (const field of fields) value = isRecord(value) ? value[field] : undefined;
  return fields.reduceRight<unknown>((inner, field) => ({ [field]: inner }), value ?? null) as object;
}
