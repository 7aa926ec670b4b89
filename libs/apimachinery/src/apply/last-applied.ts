import { getOwn, isRecord } from '../json';
import { goJson } from '../go-print';
import type { AnyObject } from '../meta';
import { checkTyped } from './check-typed';
import { FieldSet, type PathElement } from './field-set';
import { ownershipOf } from './releases';
import { compare, toFieldSet } from './typed';
import type { Tracking } from './update';

/** LAST_APPLIED is the annotation in which client-side apply keeps its configuration. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** isTakenFrom tells the fields that client-side apply set in the live object and that have not changed since. */
export function isTakenFrom(live: AnyObject, tracking: Tracking): (path: readonly PathElement[]) => boolean {
  const set = lastAppliedFields(live, tracking);
  return path => set.has(path);
}

function lastAppliedFields(live: AnyObject, { schema, apiVersion, emulated }: Tracking): FieldSet {
  const ownership = ownershipOf(emulated);
  const last = parseObject(annotation(live, LAST_APPLIED));
  if (last?.apiVersion !== apiVersion || last.kind !== live.kind) return new FieldSet();
  if (checkTyped(schema, last, [], ownership).length) return new FieldSet();
  const { added, modified, removed } = compare(schema, last, live);
  return toFieldSet(schema, last, ownership).difference(modified).difference(added).difference(removed);
}

/** withLastApplied is an object whose annotation, if it has one, is the configuration: client-side apply goes on from there. */
export function withLastApplied(object: AnyObject, config: AnyObject): AnyObject {
  if (annotation(object, LAST_APPLIED) === undefined) return object;
  const annotations = { ...object.metadata!.annotations, [LAST_APPLIED]: `${goJson(withoutLastApplied(config))}\n` };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function withoutLastApplied(config: AnyObject): AnyObject {
  const { annotations, ...metadata } = config.metadata ?? {};
  if (annotations === undefined) return config;
  // Annotations of which one is no text are none.
  const isText = isRecord(annotations) && Object.values(annotations).every(value => typeof value === 'string');
  const { [LAST_APPLIED]: _, ...others } = isText ? annotations : {};
  return { ...config, metadata: { ...metadata, ...(isText && { annotations: others }) } };
}

/** annotation reads one annotation of an object. */
function annotation(object: AnyObject, key: string): string | undefined {
  const annotations = object.metadata?.annotations;
  const value = isRecord(annotations) ? getOwn(annotations, key) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function parseObject(text: string | undefined): AnyObject | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isRecord(value) ? (value as AnyObject) : undefined;
  } catch {
    return undefined;
  }
}
