import { forbidden, type GroupResource, type StatusError } from '@navarch/apimachinery';
import type { AdmissionAttributes } from '@navarch/apiserver-runtime';

/** refuse is an admission plugin's 403: `pods "a" is forbidden: why`. An object without a name yet goes by its generateName. */
export function refuse(attributes: AdmissionAttributes, why: string): StatusError {
  return forbidden(groupResource(attributes), objectName(attributes) || 'Unknown', why);
}

/** objectName is the name a message gives the object. */
export function objectName({ name, object }: AdmissionAttributes): string {
  return name || object?.metadata?.name || object?.metadata?.generateName || '';
}

/** groupResource is the resource without its version, in the group that the client wrote it in. */
export function groupResource({ requested, resource }: AdmissionAttributes): GroupResource {
  return { group: requested.group, resource: resource.resource };
}

/** isResource tells whether the write is to this resource (`pods`, `leases.coordination.k8s.io`) itself, not to a subresource. */
export function isResource(attributes: AdmissionAttributes, name: string): boolean {
  return attributes.subresource === '' && resourceName(attributes) === name;
}

/** resourceName is `pods`, `leases.coordination.k8s.io`. */
export function resourceName({ resource }: AdmissionAttributes): string {
  return resource.group ? `${resource.resource}.${resource.group}` : resource.resource;
}
