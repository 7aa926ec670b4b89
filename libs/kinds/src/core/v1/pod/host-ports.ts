import type { corev1 } from '@navarch/api';
import { field, foundIn, type FieldError, type Path } from '@navarch/apimachinery';
import type { Minor } from '../../../kind';
import type { Release } from '../../../shared/errors';

/** OPEN_IN_TEMPLATES is the first release that leaves the host's ports open in a template: pods get them when they are made. */
const OPEN_IN_TEMPLATES = 28;

/** defaultHostPorts: pods of the host's network have the host's ports, in place. */
export function defaultHostPorts(spec: corev1.PodSpec): void {
  if (!spec.hostNetwork) return;
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  for (const port of containers.flatMap(c => c.ports ?? [])) port.hostPort ||= port.containerPort;
}

/** defaultTemplatePorts does that for the spec of a template, where the release does. */
export function defaultTemplatePorts(spec: corev1.PodSpec, emulated: Minor): void {
  if (emulated < OPEN_IN_TEMPLATES) defaultHostPorts(spec);
}

/** validateHostPorts: ports of the host's network are those of the containers; those of a template may be open. */
export function validateHostPorts(
  { hostNetwork, containers = [] }: corev1.PodSpec,
  path: Path,
  { emulated }: Release,
  inTemplate: boolean,
): FieldError[] {
  if (!hostNetwork) return [];
  const mayBeOpen = inTemplate && emulated >= OPEN_IN_TEMPLATES;
  return foundIn(containers, ({ ports = [] }, i) =>
    foundIn(ports, ({ hostPort = 0, containerPort }, j) => {
      if (hostPort === containerPort || (mayBeOpen && !hostPort)) return [];
      const at = path.index(i).child('ports').index(j);
      return emulated < OPEN_IN_TEMPLATES
        ? [field.invalid(at.child('containerPort'), containerPort, 'must match `hostPort` when `hostNetwork` is true')]
        : [field.invalid(at.child('hostPort'), hostPort, 'must match `containerPort` when `hostNetwork` is true')];
    }),
  );
}
