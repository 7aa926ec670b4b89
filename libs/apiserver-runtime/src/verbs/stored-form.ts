import { completeForOutput } from '@navarch/api';
import type { AnyObject } from '@navarch/apimachinery';
import type { Endpoint } from '../registry/resource';
import { ordered } from '../registry/field-order';

/**
 * storedForm is a hub object as it is kept: in the storage version, fields in the schema's order, with the empty ones that are
 * always written. Equal objects have equal bytes, so that a write that changes nothing is seen as such. Uses up its argument.
 * There is something to wait for only where a webhook converts.
 */
export function storedForm(
  { resource }: Pick<Endpoint, 'resource'>,
  object: AnyObject,
): AnyObject | Promise<AnyObject> {
  const { custom } = resource;
  if (custom) {
    const stored = custom.toStored(object);
    return stored instanceof Promise ? stored.then(ordered) : ordered(stored);
  }
  const stored = resource.toStored(object);
  return completeForOutput(resource.stored.schema, stored, resource.emulated);
}
