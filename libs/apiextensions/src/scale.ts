import type { apiextensionsv1 } from '@navarch/api';
import { field, parseSelector, Path, type AnyObject, type FieldError } from '@navarch/apimachinery';
import type { ScalePaths } from '@navarch/kinds';
import { compileJsonPath, type JsonPath } from './json-path';

const MAX_REPLICAS = 2 ** 31 - 1;

/** Scale is where a custom resource keeps its replicas, ready to be looked at. */
export interface Scale extends ScalePaths {
  readonly find: { readonly replicas: JsonPath; readonly statusReplicas: JsonPath; readonly selector?: JsonPath };
}

/** scaleOf reads the declaration of a scale subresource. */
export function scaleOf(declared: apiextensionsv1.CustomResourceSubresourceScale): Scale {
  const { specReplicasPath: replicas, statusReplicasPath: statusReplicas, labelSelectorPath: selector } = declared;
  return {
    ...{ replicas, statusReplicas },
    ...(selector && { selector }),
    find: {
      replicas: compileJsonPath(replicas),
      statusReplicas: compileJsonPath(statusReplicas),
      ...(selector && { selector: compileJsonPath(selector) }),
    },
  };
}

/** scaleErrors is what is wrong with the numbers of replicas and the selector of an object. */
export function scaleErrors(object: AnyObject, scale: Scale): FieldError[] {
  const { find, replicas, statusReplicas, selector } = scale;
  return [
    ...countErrors(replicas, find.replicas(object)[0]),
    ...countErrors(statusReplicas, find.statusReplicas(object)[0]),
    ...(selector && find.selector ? selectorErrors(selector, find.selector(object)[0]) : []),
  ];
}

function countErrors(path: string, count: unknown): FieldError[] {
  const invalid = (detail: string) => [field.invalid(Path.at(path), count, detail)];
  if (typeof count !== 'number') return [];
  if (count < 0) return invalid('should be a non-negative integer');
  return count > MAX_REPLICAS ? invalid(`should be less than or equal to ${MAX_REPLICAS}`) : [];
}

function selectorErrors(path: string, selector: unknown): FieldError[] {
  if (typeof selector !== 'string') return [];
  try {
    parseSelector(selector);
    return [];
  } catch (error) {
    return [field.invalid(Path.at(path), selector, (error as Error).message)];
  }
}
