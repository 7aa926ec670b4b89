import type { Clock, Logger, Registry } from '@navarch/base';
import type { KindDefinition } from '@navarch/kinds';
import {
  createBackend,
  transformerFor,
  transformersFromConfig,
  type EtcdTls,
  type StorageBackend,
} from '@navarch/storage';
import fs from 'node:fs';
import type { Config } from './config';
import { etcdDurations } from './etcd-durations';
import type { ApiServerFlags } from './flags';
import { exposeStorageSize } from './storage-size';

/** openBackend connects to etcd, and encrypts at rest what the EncryptionConfiguration names. */
export function openBackend(
  flags: ApiServerFlags,
  config: Config,
  kinds: readonly KindDefinition[],
  log: Logger,
  clock: Clock,
  metrics: Registry,
): StorageBackend {
  const backend = createBackend({
    endpoints: flags['etcd-servers'],
    ...(flags['etcd-cafile'] && { tls: etcdTls(flags) }),
    log,
    clock,
    compactionIntervalMs: flags['etcd-compaction-interval'],
    observe: etcdDurations(kinds, metrics),
  });
  exposeStorageSize(metrics, backend, flags['etcd-servers'][0]!, config.emulated);
  const encrypt = encryption(backend, config);
  for (const { resource, storagePath } of kinds) encrypt(resource.group, resource.resource, storagePath);
  return backend;
}

function etcdTls({ 'etcd-cafile': ca, 'etcd-certfile': cert, 'etcd-keyfile': key }: ApiServerFlags): EtcdTls {
  const read = (file: string) => fs.readFileSync(file);
  return { ca: read(ca), ...(cert && { cert: read(cert) }), ...(key && { key: read(key) }) };
}

/** encryption makes a function that encrypts a resource as configured; to be called before its storage is opened. */
export function encryption(
  backend: StorageBackend,
  config: Pick<Config, 'encryption'>,
): (group: string, resource: string, storagePath?: string) => void {
  if (config.encryption === undefined) return () => undefined;
  const transformers = transformersFromConfig(config.encryption);
  return (group, resource, storagePath = resource) => {
    const transformer = transformerFor(transformers, resource, group);
    if (transformer) backend.transform(`/registry/${storagePath}/`, transformer);
  };
}
