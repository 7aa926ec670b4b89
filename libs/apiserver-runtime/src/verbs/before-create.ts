import { badRequest, type AnyObject, type ObjectMeta } from '@navarch/apimachinery';
import { orderedMeta } from '../registry/field-order';

/** SystemFields are what the server gives each new object. */
export interface SystemFields {
  readonly uid: string;
  /** creationTimestamp in RFC 3339. */
  readonly creationTimestamp: string;
}

/**
 * prepareMetadata brings a new object's metadata into order, in place: namespace from the request, system fields from the
 * server, nothing that only the server may set. Throws 400 when the namespaces differ. Names are made elsewhere.
 */
export function prepareMetadata(
  object: AnyObject,
  namespaced: boolean,
  namespace: string,
  system: SystemFields,
): ObjectMeta {
  const given = (object.metadata ??= {});
  fitNamespace(given, namespaced, namespace);
  delete given.deletionTimestamp;
  delete given.deletionGracePeriodSeconds;
  delete given.selfLink;
  given.uid = system.uid;
  given.creationTimestamp = system.creationTimestamp;
  return (object.metadata = orderedMeta(given));
}

/** fitNamespace takes the request's namespace over, drops it from cluster-scoped objects, or throws 400 when they differ. */
export function fitNamespace(metadata: ObjectMeta, namespaced: boolean, namespace: string): void {
  if (!namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadata.namespace = namespace;
}
