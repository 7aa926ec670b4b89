import type { corev1 } from '@navarch/api';
import { field, foundIn, isValidPortName, isValidPortNum, type FieldError, type Path } from '@navarch/apimachinery';
import { each, oneOf } from '../../../../shared/errors';

/** PROTOCOLS are those of ports, in the order in which messages list them. */
export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'] as const;

/** validateProtocol checks the protocol of a port; it has to be there. */
export function validateProtocol(protocol: string | undefined, path: Path): FieldError[] {
  return protocol ? oneOf(path, protocol, PROTOCOLS) : [field.required(path)];
}

/** validateContainerPorts checks the ports of one container; names are unique in it. */
export function validateContainerPorts(ports: readonly corev1.ContainerPort[] | undefined, path: Path): FieldError[] {
  const names = new Set<string>();
  return foundIn(ports, (port, i) => {
    const at = path.index(i);
    const errors: FieldError[] = [];
    if (port.name) {
      const problems = isValidPortName(port.name);
      if (problems.length) errors.push(...each(at.child('name'), port.name, problems));
      else if (names.has(port.name)) errors.push(field.duplicate(at.child('name'), port.name));
      else names.add(port.name);
    }
    if (!port.containerPort) errors.push(field.required(at.child('containerPort')));
    else errors.push(...each(at.child('containerPort'), port.containerPort, isValidPortNum(port.containerPort)));
    if (port.hostPort) errors.push(...each(at.child('hostPort'), port.hostPort, isValidPortNum(port.hostPort)));
    return [...errors, ...validateProtocol(port.protocol, at.child('protocol'))];
  });
}

/** validateHostPorts refuses two uses of one port of the host; init containers run one after the other, so each is alone. */
export function validateHostPorts(
  containers: readonly corev1.Container[],
  path: Path,
  oneByOne: boolean,
): FieldError[] {
  const seen = new Set<string>();
  return foundIn(containers, (container, i) => {
    if (oneByOne) seen.clear();
    return foundIn(container.ports, (port, j) => {
      if (!port.hostPort) return [];
      const use = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (seen.has(use)) return [field.duplicate(path.index(i).child('ports').index(j).child('hostPort'), use)];
      seen.add(use);
      return [];
    });
  });
}
