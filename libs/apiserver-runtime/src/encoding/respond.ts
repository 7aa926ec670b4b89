import type { ApiResponse, ListMeta } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import type { Entry } from '@navarch/storage';
import type { Endpoint } from '../registry/resource';
import { partialOf, tableOf, type TableContext } from '../tables/table';
import { answer, answerJson, joinItems } from './bytes';
import { protobufList, protobufOf, protobufPartial, protobufPartialList } from './protobuf';
import { includeOf, wrongTransform, type Shape } from './shape';

/** RespondContext is what encoding depends on besides the object. */
export interface RespondContext {
  readonly now: number;
  readonly emulated: Minor;
}

/** respondEntry answers one object: its stored bytes as they are wherever possible. */
export function respondEntry(
  shape: Shape,
  endpoint: Endpoint,
  entry: Entry,
  status: number,
  context: RespondContext,
): ApiResponse {
  const { transform } = shape;
  if (!transform) {
    if (shape.media === 'protobuf') return answer(status, 'protobuf', protobufOf(endpoint, entry));
    return answerJson(status, shape, endpoint.jsonOf(entry));
  }
  switch (transform.kind) {
    case 'Table': {
      const { resourceVersion } = entry.object().metadata;
      const table = tableOf(
        [entry],
        resourceVersion ? { resourceVersion } : {},
        tableContext(shape, endpoint, context),
      );
      return answerJson(status, shape, Buffer.from(JSON.stringify(table)));
    }
    case 'PartialObjectMetadata':
      if (shape.media === 'protobuf')
        return answer(status, 'protobuf', protobufPartial(endpoint, entry, transform.version));
      return answerJson(status, shape, partialJson(endpoint, entry, transform.version));
    default:
      throw wrongTransform(transform.kind, typeName(endpoint), false);
  }
}

/** respondList answers entries as a list. */
export function respondList(
  shape: Shape,
  endpoint: Endpoint,
  entries: readonly Entry[],
  metadata: ListMeta,
  context: RespondContext,
): ApiResponse {
  const { transform } = shape;
  if (!transform) {
    if (shape.media === 'protobuf') return answer(200, 'protobuf', protobufList(endpoint, entries, metadata));
    return answerJson(200, shape, listJson(endpoint, entries, metadata));
  }
  switch (transform.kind) {
    case 'Table': {
      const table = tableOf(entries, metadata, tableContext(shape, endpoint, context));
      return answerJson(200, shape, Buffer.from(JSON.stringify(table)));
    }
    case 'PartialObjectMetadataList':
      if (shape.media === 'protobuf')
        return answer(200, 'protobuf', protobufPartialList(endpoint, entries, metadata, transform.version));
      return answerJson(200, shape, partialListJson(endpoint, entries, metadata, transform.version));
    default:
      throw wrongTransform(transform.kind, typeName(endpoint, 'List'), true);
  }
}

const TAIL = Buffer.from(']}');

/** listJson is the JSON of a typed list, whose items carry neither kind nor apiVersion; those of custom resources do. */
export function listJson(endpoint: Endpoint, entries: readonly Entry[], metadata: ListMeta): Buffer {
  // Lists of custom resources always say how to go on.
  const meta = endpoint.custom ? { continue: '', ...metadata } : metadata;
  const head = Buffer.concat([endpoint.listHead, Buffer.from(`${JSON.stringify(meta)},"items":[`)]);
  const items = entries.map(entry => endpoint.jsonOf(entry));
  return joinItems(head, items, endpoint.custom ? 0 : endpoint.head.length, TAIL);
}

/** partialJson is the JSON of an object's metadata, made once an entry. */
export function partialJson(endpoint: Endpoint, entry: Entry, version: string): Buffer {
  const key = `partial:${version}`;
  let json = entry.memo.get(key) as Buffer | undefined;
  if (!json) entry.memo.set(key, (json = Buffer.from(JSON.stringify(partialOf(endpoint, entry, version)))));
  return json;
}

function partialListJson(endpoint: Endpoint, entries: readonly Entry[], all: ListMeta, version: string): Buffer {
  // Lists of metadata have never said how many items remain.
  const { remainingItemCount: _, ...metadata } = all;
  const head = `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/${version}","metadata":${JSON.stringify(metadata)},"items":`;
  // Upstream's list without items is null here, unlike all typed lists.
  if (!entries.length) return Buffer.from(`${head}null}`);
  return joinItems(
    Buffer.from(`${head}[`),
    entries.map(entry => partialJson(endpoint, entry, version)),
    0,
    TAIL,
  );
}

/** tableContext is the TableContext of a shape that asks for a table. */
export function tableContext(shape: Shape, endpoint: Endpoint, context: RespondContext): TableContext {
  return {
    endpoint,
    version: shape.transform?.version ?? 'v1',
    include: includeOf(shape),
    now: context.now,
    emulated: context.emulated,
  };
}

/** typeName is how a message names the internal type: `*core.ConfigMap`; custom resources have none of their own. */
function typeName(endpoint: Endpoint, suffix = ''): string {
  if (endpoint.custom) return `*unstructured.Unstructured${suffix}`;
  return `*${internalGroup(endpoint.kind.resource.group)}.${endpoint.kindName}${suffix}`;
}

/** internalGroup is the name of a group's internal package: the first label of its name, but for those that Go would not allow. */
export function internalGroup(group: string): string {
  return PACKAGES.get(group) ?? group.split('.')[0]!;
}

const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['', 'core'],
  ['internal.apiserver.k8s.io', 'apiserverinternal'],
]);
