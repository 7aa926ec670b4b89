type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** forBackends replaces the backends of all paths, in place. */
function forBackends(spec: Fields, convert: (backend: Fields) => Fields): void {
  for (const rule of (spec['rules'] as Fields[] | undefined) ?? []) {
    const http = rule['http'];
    if (!isRecord(http)) continue;
    for (const path of (http['paths'] as Fields[] | undefined) ?? []) {
      if (isRecord(path['backend'])) path['backend'] = convert(path['backend']);
    }
  }
}

function newBackend({ serviceName, servicePort, resource }: Fields): Fields {
  const named = typeof servicePort === 'string';
  const present = Boolean(serviceName) || named || Boolean(servicePort);
  const port = named ? { name: servicePort } : servicePort ? { number: servicePort } : {};
  return {
    ...(resource !== undefined && { resource }),
    ...(present && { service: { name: serviceName ?? '', port } }),
  };
}

function oldBackend({ service, resource }: Fields): Fields {
  const result: Fields = resource === undefined ? {} : { resource };
  if (!isRecord(service)) return result;
  const port = isRecord(service['port']) ? service['port'] : {};
  return { ...result, serviceName: service['name'], servicePort: port['name'] || port['number'] || 0 };
}

/** toIngressV1 turns an Ingress of v1beta1 into one of v1, in place. */
export function toIngressV1(object: Fields): void {
  const { spec } = object;
  if (!isRecord(spec)) return;
  if (isRecord(spec['backend'])) spec['defaultBackend'] = newBackend(spec['backend']);
  delete spec['backend'];
  forBackends(spec, newBackend);
}

/** fromIngressV1 is the way back; a port with a name and a number keeps the name, as validation allows one of them only. */
export function fromIngressV1(object: Fields): void {
  const { spec } = object;
  if (!isRecord(spec)) return;
  if (isRecord(spec['defaultBackend'])) spec['backend'] = oldBackend(spec['defaultBackend']);
  delete spec['defaultBackend'];
  forBackends(spec, oldBackend);
}

/** defaultPathTypes: paths of v1beta1 without a type are up to the ingress controller. In place. */
export function defaultPathTypes(object: Fields): void {
  const { spec } = object;
  if (!isRecord(spec)) return;
  for (const rule of (spec['rules'] as Fields[] | undefined) ?? []) {
    const http = rule['http'];
    if (!isRecord(http)) continue;
    for (const path of (http['paths'] as Fields[] | undefined) ?? []) path['pathType'] ??= 'ImplementationSpecific';
  }
}
