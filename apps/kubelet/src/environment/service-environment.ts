import type { corev1 } from '@navarch/api';

/** hasClusterIp: the service has an address to point at. */
export function hasClusterIp(service: corev1.Service): boolean {
  const ip = service.spec?.clusterIP;
  return ip !== undefined && ip !== '' && ip !== 'None';
}

/**
 * serviceEnvironment is what a container is told of services: `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT` (one more for each named port)
 * and the older `NAME_PORT_…` set. All services of its namespace if links are enabled; the master's from `default` always.
 */
export function serviceEnvironment(
  services: readonly corev1.Service[],
  namespace: string,
  enableLinks: boolean,
): Map<string, string> {
  const wanted = new Map<string, corev1.Service>();
  for (const service of services) {
    if (!hasClusterIp(service)) continue;
    const { name = '', namespace: at = '' } = service.metadata ?? {};
    if (at === namespace && enableLinks) wanted.set(name, service);
    else if (at === 'default' && name === 'kubernetes' && !wanted.has(name)) wanted.set(name, service);
  }
  const env = new Map<string, string>();
  for (const [name, service] of wanted) variablesOf(env, name, service.spec!);
  return env;
}

function variablesOf(env: Map<string, string>, serviceName: string, spec: corev1.ServiceSpec): void {
  const [first] = spec.ports ?? [];
  if (!first) return;
  const name = variableName(serviceName);
  const ip = spec.clusterIP!;
  env.set(`${name}_SERVICE_HOST`, ip);
  env.set(`${name}_SERVICE_PORT`, String(first.port));
  for (const port of spec.ports!)
    if (port.name) env.set(`${name}_SERVICE_PORT_${variableName(port.name)}`, String(port.port));
  const host = ip.includes(':') ? `[${ip}]` : ip;
  spec.ports!.forEach((port, i) => {
    const protocol = port.protocol ?? 'TCP';
    const url = `${protocol.toLowerCase()}://${host}:${port.port}`;
    if (i === 0) env.set(`${name}_PORT`, url);
    const prefix = `${name}_PORT_${port.port}_${protocol.toUpperCase()}`;
    env.set(prefix, url);
    env.set(`${prefix}_PROTO`, protocol.toLowerCase());
    env.set(`${prefix}_PORT`, String(port.port));
    env.set(`${prefix}_ADDR`, ip);
  });
}

const variableName = (name: string) => name.toUpperCase().replaceAll('-', '_');
