import type { Minor } from '@navarch/kinds';
import type { Endpoint } from './resource';

/** Kinds that were in the group extensions first. */
const fromExtensions = new Set([
  'networking.k8s.io/Ingress',
  'networking.k8s.io/NetworkPolicy',
  'policy/PodSecurityPolicy',
]);
/** LAST_EXTENSIONS is the last release whose messages name them so. */
const LAST_EXTENSIONS: Minor = 21;

/** messageKind is how messages about an object's content name its kind: by the group of its internal type, whatever was asked. */
export function messageKind(endpoint: Endpoint): { group: string; kind: string } {
  const { group } = endpoint.kind.resource;
  const wasExtensions =
    fromExtensions.has(`${group}/${endpoint.kindName}`) && endpoint.resource.emulated <= LAST_EXTENSIONS;
  return { group: wasExtensions ? 'extensions' : group, kind: endpoint.kindName };
}

/** Kinds whose missing scale is named with the subresource, each with the group it is named by. */
const scaleNames: ReadonlyMap<string, string> = new Map([
  ['deployments.apps', 'apps'],
  ['replicasets.apps', 'apps'],
  ['replicationcontrollers', 'autoscaling'],
]);

/** scaleTarget is how the 404 of a scale names what is missing. */
export function scaleTarget({ target }: Endpoint): { group: string; resource: string } {
  const group = scaleNames.get(target.group ? `${target.resource}.${target.group}` : target.resource);
  return group === undefined ? target : { group, resource: `${target.resource}/scale` };
}
