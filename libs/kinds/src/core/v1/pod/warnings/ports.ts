import type { corev1 } from '@navarch/api';
import { foundIn, type Path } from '@navarch/apimachinery';

interface Used {
  readonly port: corev1.ContainerPort;
  readonly at: string;
}

/** portWarnings warn of ports that several containers, or one of them twice, lay claim to. */
export function portWarnings({ initContainers, containers }: corev1.PodSpec, path: Path): string[] {
  const used = new Map<string, Used[]>();
  const look = (container: corev1.Container, place: Path) =>
    foundIn(container.ports, (port, i) => {
      const at = place.child('ports').index(i).toString();
      const key = `${port.containerPort}/${port.protocol ?? ''}`;
      const others = used.get(key) ?? [];
      used.set(key, [...others, { port, at }]);
      const unused = port.hostIP && !port.hostPort ? [`${at}: hostIP set without hostPort: ${goPort(port)}`] : [];
      return [
        ...unused,
        ...foundIn(others, other => clash(port, other).map(text => `${at}: ${text} with ${other.at}`)),
      ];
    });
  return [
    ...foundIn(initContainers, (container, i) => look(container, path.child('initContainers').index(i))),
    ...foundIn(containers, (container, i) => look(container, path.child('containers').index(i))),
  ];
}

function clash({ hostIP = '', hostPort = 0 }: corev1.ContainerPort, { port: other }: Used): string[] {
  const otherIP = other.hostIP ?? '';
  const otherPort = other.hostPort ?? 0;
  if (hostIP === otherIP && hostPort === otherPort) return ['duplicate port definition'];
  if (!hostPort || !otherPort) return ['overlapping port definition'];
  const oneIsOpen = (hostIP === '') !== (otherIP === '');
  return hostPort === otherPort && oneIsOpen ? ['dangerously ambiguous port definition'] : [];
}

/** goPort renders a port as Go prints it: `{Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:1.2.3.4}`. */
function goPort({ name = '', hostPort = 0, containerPort, protocol = '', hostIP = '' }: corev1.ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}
