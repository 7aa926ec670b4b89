import type { apiextensionsv1 } from '@navarch/api';
import {
  accessorError,
  field,
  getOwn,
  isInt64,
  isRecord,
  Path,
  type AnyObject,
  type FieldError,
} from '@navarch/apimachinery';
import type { ScalePaths } from '@navarch/kinds';

const MAX_REPLICAS = 2 ** 31 - 1;

/** Scale is where a custom resource keeps its replicas. */
export type Scale = ScalePaths;

/** scaleOf reads the declaration of a scale subresource. */
export function scaleOf(declared: apiextensionsv1.CustomResourceSubresourceScale): Scale {
  const { specReplicasPath: replicas, statusReplicasPath: statusReplicas, labelSelectorPath: selector } = declared;
  return { replicas, statusReplicas, ...(selector && { selector }) };
}

/** specScaleErrors is what is wrong with the replicas that a scale sets. */
export function specScaleErrors(object: AnyObject, { replicas }: Scale): FieldError[] {
  return countErrors(object, replicas);
}

/** statusScaleErrors is what is wrong with the replicas and the selector that a scale shows. */
export function statusScaleErrors(object: AnyObject, { statusReplicas, selector }: Scale): FieldError[] {
  return [...countErrors(object, statusReplicas), ...(selector === undefined ? [] : selectorErrors(object, selector))];
}

function countErrors(object: AnyObject, path: string): FieldError[] {
  const invalid = (count: number, detail: string) => [field.invalid(Path.at(path), count, detail)];
  const { value: count, fault } = valueAt(object, path);
  if (fault !== undefined) return invalid(0, fault);
  if (count === undefined) return [];
  if (typeof count !== 'number' || !isInt64(count)) return invalid(0, accessorError(path, count, 'int64'));
  if (count < 0) return invalid(count, 'should be a non-negative integer');
  return count > MAX_REPLICAS ? invalid(count, `should be less than or equal to ${MAX_REPLICAS}`) : [];
}

function selectorErrors(object: AnyObject, path: string): FieldError[] {
  const { value: text, fault } = valueAt(object, path);
  const why =
    fault ?? (text === undefined || typeof text === 'string' ? undefined : accessorError(path, text, 'string'));
  return why === undefined ? [] : [field.invalid(Path.at(path), '', why)];
}

/** valueAt goes down a path of plain fields; `fault` says which field stands in something that is no object. */
function valueAt(object: AnyObject, path: string): { value?: unknown; fault?: string } {
  let value: unknown = object;
  let way = '';
  for (const step of path.replace(/^\./, '').split('.')) {
    if (value === undefined || value === null) return {};
    way += `.${step}`;
    if (!isRecord(value)) return { fault: accessorError(way, value, 'map[string]interface{}') };
    value = getOwn(value, step);
  }
  return { value };
}
