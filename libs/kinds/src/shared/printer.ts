import type { corev1, metav1 } from '@navarch/api';
import { humanDuration, selectorFromLabelSelector, type KubeObject } from '@navarch/apimachinery';
import type { CellContext, ColumnSource } from './columns';

/** NONE stands in cells that have nothing to show. */
export const NONE = '<none>';
/** UNKNOWN stands for a time that is not known. */
export const UNKNOWN = '<unknown>';

/** ageOf is how long ago an RFC 3339 time was: `5d3h`; `<unknown>` if absent. */
export function ageOf(time: string | undefined, { now }: CellContext): string {
  return time ? humanDuration(now - Date.parse(time)) : UNKNOWN;
}

/** nameColumn is the first column of nearly all kinds. */
export const nameColumn: ColumnSource<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  cell: object => object.metadata?.name ?? '',
};

/** ageColumn is the time since creation. */
export const ageColumn: ColumnSource<KubeObject> = {
  name: 'Age',
  type: 'string',
  description: 'CreationTimestamp is when the object was created.',
  cell: (object, context) => ageOf(object.metadata?.creationTimestamp, context),
};

/** createdAtColumn is the creation time itself. */
export const createdAtColumn: ColumnSource<KubeObject> = {
  name: 'Created At',
  type: 'date',
  description: 'CreationTimestamp is when the object was created.',
  cell: object => object.metadata?.creationTimestamp ?? '',
};

/** Options of a column besides name, type and cell. */
type More<T> = Partial<Omit<ColumnSource<T>, 'name' | 'type' | 'cell'>>;

/** text declares a column of type string. */
export function text<T>(name: string, cell: ColumnSource<T>['cell'], more: More<T> = {}): ColumnSource<T> {
  return { name, type: 'string', cell, ...more };
}

/** wide declares a string column that only `-o wide` shows. */
export function wide<T>(name: string, cell: ColumnSource<T>['cell'], more: More<T> = {}): ColumnSource<T> {
  return text(name, cell, { priority: 1, ...more });
}

/** integer declares a column of type integer. */
export function integer<T>(name: string, cell: (object: T) => number, more: More<T> = {}): ColumnSource<T> {
  return { name, type: 'integer', cell, ...more };
}

/** formatLabels prints a label map: `a=b,c=d`, keys in order. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.length ? keys.map(key => `${key}=${labels![key]}`).join(',') : NONE;
}

/** formatSelector prints a LabelSelector: `a=b,c in (d,e)`. */
export function formatSelector(selector: metav1.LabelSelector | undefined): string {
  if (!selector) return NONE;
  try {
    return selectorFromLabelSelector(selector).toString() || NONE;
  } catch {
    return '<error>';
  }
}

/** containerColumns are the two wide columns of kinds with a pod template. */
export function containerColumns<T>(
  spec: (object: T) => corev1.PodSpec | undefined,
  more: More<T> = { priority: 1 },
): ColumnSource<T>[] {
  const list = (object: T, part: 'name' | 'image') =>
    (spec(object)?.containers ?? []).map(c => c[part] ?? '').join(',');
  return [
    text('Containers', object => list(object, 'name'), more),
    text('Images', object => list(object, 'image'), more),
  ];
}
