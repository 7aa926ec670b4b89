import type { corev1 } from '@navarch/api';
import { expand } from './expansion';
import { fieldValue, resourceValue, type FieldContext } from './field-values';

/** ConfigError is why a container cannot be made as it is written; the container waits with CreateContainerConfigError. */
export class ConfigError extends Error {}

/** EnvironmentSources are the objects an environment may draw on. A missing object is undefined; reading failures reject. */
export interface EnvironmentSources {
  configMap(name: string): Promise<corev1.ConfigMap | undefined>;
  secret(name: string): Promise<corev1.Secret | undefined>;
  readonly services: ReadonlyMap<string, string>;
  readonly fields: FieldContext;
}

/**
 * environmentOf is a container's environment, in upstream's order: services, envFrom, env; later wins. References between
 * variables are expanded with those before them. Throws ConfigError for what is missing and not optional.
 */
export async function environmentOf(
  pod: corev1.Pod,
  container: corev1.Container,
  sources: EnvironmentSources,
): Promise<Map<string, string>> {
  const result = new Map<string, string>();
  for (const from of container.envFrom ?? []) await addAll(result, from, sources);
  const lookup = (name: string) => result.get(name) ?? sources.services.get(name);
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? await valueFrom(pod, container, variable.valueFrom, sources)
      : expand(variable.value ?? '', lookup);
    if (value !== undefined) result.set(variable.name, value);
  }
  return new Map([...sources.services, ...result]);
}

async function addAll(
  into: Map<string, string>,
  from: corev1.EnvFromSource,
  sources: EnvironmentSources,
): Promise<void> {
  const prefix = from.prefix ?? '';
  if (from.configMapRef) {
    const { name = '', optional } = from.configMapRef;
    const object = await sources.configMap(name);
    if (!object && !optional) throw new ConfigError(`configmap ${JSON.stringify(name)} not found`);
    for (const [key, value] of Object.entries(object?.data ?? {})) into.set(prefix + key, value);
  } else if (from.secretRef) {
    const { name = '', optional } = from.secretRef;
    const object = await sources.secret(name);
    if (!object && !optional) throw new ConfigError(`secret ${JSON.stringify(name)} not found`);
    for (const [key, value] of Object.entries(object?.data ?? {})) into.set(prefix + key, decoded(value));
  }
}

async function valueFrom(
  pod: corev1.Pod,
  container: corev1.Container,
  source: corev1.EnvVarSource,
  sources: EnvironmentSources,
): Promise<string | undefined> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  try {
    if (fieldRef) return fieldValue(pod, fieldRef.fieldPath, sources.fields);
    if (resourceFieldRef) return resourceValue(pod, resourceFieldRef, container.name, sources.fields);
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
  const namespace = pod.metadata?.namespace ?? '';
  if (configMapKeyRef) {
    const { name = '', key, optional } = configMapKeyRef;
    const object = await sources.configMap(name);
    if (!object && !optional) throw new ConfigError(`configmap ${JSON.stringify(name)} not found`);
    const value = own(object?.data, key);
    if (value === undefined && !optional)
      throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (secretKeyRef) {
    const { name = '', key, optional } = secretKeyRef;
    const object = await sources.secret(name);
    if (!object && !optional) throw new ConfigError(`secret ${JSON.stringify(name)} not found`);
    const value = own(object?.data, key);
    if (value === undefined && !optional)
      throw new ConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value === undefined ? undefined : decoded(value);
  }
  return undefined;
}

const decoded = (base64: string) => Buffer.from(base64, 'base64').toString('utf8');

function own(map: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined;
}
