import type { corev1 } from '@navarch/api';
import { fieldValue, resourceValue, type FieldContext } from '../environment/field-values';
import type { Payload, PayloadFile } from './atomic-writer';

/** VolumeError is why a volume cannot be set up now; its message is part of the FailedMount event. */
export class VolumeError extends Error {}

/** PayloadSources are the objects files are made of. */
export interface PayloadSources {
  configMap(name: string): Promise<corev1.ConfigMap | undefined>;
  secret(name: string): Promise<corev1.Secret | undefined>;
  /** token answers a service account token bound to the pod. */
  token(projection: corev1.ServiceAccountTokenProjection): Promise<string>;
  readonly fields: FieldContext;
}

const DEFAULT_MODE = 0o644;
const bytes = (base64: string) => Buffer.from(base64, 'base64');

/** hasPayload: the volume's files come from API objects, and follow them. */
export function hasPayload(volume: corev1.Volume): boolean {
  return Boolean(volume.configMap ?? volume.secret ?? volume.downwardAPI ?? volume.projected);
}

/** volumePayload is what a configMap, secret, downwardAPI or projected volume holds. Throws VolumeError for what is missing and not optional. */
export async function volumePayload(pod: corev1.Pod, volume: corev1.Volume, sources: PayloadSources): Promise<Payload> {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) return new Map(await configMapFiles(configMap, configMap.defaultMode, sources));
  if (secret) return new Map(await secretFiles({ ...secret, name: secret.secretName }, secret.defaultMode, sources));
  if (downwardAPI) return new Map(downwardFiles(downwardAPI.items ?? [], downwardAPI.defaultMode, pod, sources.fields));
  const files = new Map<string, PayloadFile>();
  for (const source of projected?.sources ?? []) {
    for (const [name, file] of await projectedFiles(source, projected?.defaultMode, pod, sources))
      files.set(name, file);
  }
  return files;
}

type Files = (readonly [string, PayloadFile])[];

async function projectedFiles(
  source: corev1.VolumeProjection,
  mode: number | undefined,
  pod: corev1.Pod,
  sources: PayloadSources,
): Promise<Files> {
  if (source.configMap) return configMapFiles(source.configMap, mode, sources);
  if (source.secret) return secretFiles(source.secret, mode, sources);
  if (source.downwardAPI) return downwardFiles(source.downwardAPI.items ?? [], mode, pod, sources.fields);
  if (source.serviceAccountToken) return [await tokenFile(source.serviceAccountToken, mode, pod, sources)];
  throw new VolumeError(`projected volume source is not supported: ${Object.keys(source).join(', ')}`);
}

/** tokenFile: a token is its user's alone, and its group's (the writer adds that); all may read it where the pod names neither. */
async function tokenFile(
  projection: corev1.ServiceAccountTokenProjection,
  mode: number | undefined,
  pod: corev1.Pod,
  sources: PayloadSources,
): Promise<readonly [string, PayloadFile]> {
  const data = Buffer.from(await sources.token(projection));
  const context = pod.spec?.securityContext;
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const users = new Set(containers.map(c => c.securityContext?.runAsUser ?? context?.runAsUser));
  const [user] = users;
  const owner = users.size === 1 ? user : undefined;
  const known = owner !== undefined || context?.fsGroup !== undefined;
  return [projection.path, { data, mode: known ? 0o600 : (mode ?? DEFAULT_MODE), uid: owner }];
}

interface KeyedSource {
  readonly name?: string;
  readonly items?: readonly corev1.KeyToPath[];
  readonly optional?: boolean;
}

async function configMapFiles(source: KeyedSource, mode: number | undefined, sources: PayloadSources): Promise<Files> {
  const object = await sources.configMap(source.name ?? '');
  if (!object && !source.optional) throw new VolumeError(`configmap ${JSON.stringify(source.name)} not found`);
  const data = new Map<string, Buffer>();
  for (const [key, value] of Object.entries(object?.data ?? {})) data.set(key, Buffer.from(value));
  for (const [key, value] of Object.entries(object?.binaryData ?? {})) data.set(key, bytes(value));
  return chosen(data, source, mode, `configmap references non-existent config key: `);
}

async function secretFiles(source: KeyedSource, mode: number | undefined, sources: PayloadSources): Promise<Files> {
  const object = await sources.secret(source.name ?? '');
  if (!object && !source.optional) throw new VolumeError(`secret ${JSON.stringify(source.name)} not found`);
  const data = new Map(Object.entries(object?.data ?? {}).map(([key, value]) => [key, bytes(value)] as const));
  return chosen(data, source, mode, `references non-existent secret key: `);
}

function chosen(
  data: ReadonlyMap<string, Buffer>,
  { items, optional }: KeyedSource,
  mode: number | undefined,
  missing: string,
): Files {
  if (!items?.length)
    return [...data].map(([key, content]) => [key, { data: content, mode: mode ?? DEFAULT_MODE }] as const);
  const files: Files = [];
  for (const item of items) {
    const content = data.get(item.key);
    if (content) files.push([item.path, { data: content, mode: item.mode ?? mode ?? DEFAULT_MODE }]);
    else if (!optional) throw new VolumeError(`${missing}${item.key}`);
  }
  return files;
}

function downwardFiles(
  items: readonly corev1.DownwardAPIVolumeFile[],
  mode: number | undefined,
  pod: corev1.Pod,
  fields: FieldContext,
): Files {
  return items.map(item => {
    const text = item.fieldRef
      ? fieldValue(pod, item.fieldRef.fieldPath, fields)
      : item.resourceFieldRef
        ? resourceValue(pod, item.resourceFieldRef, item.resourceFieldRef.containerName ?? '', fields)
        : '';
    return [item.path, { data: Buffer.from(text), mode: item.mode ?? mode ?? DEFAULT_MODE }] as const;
  });
}
