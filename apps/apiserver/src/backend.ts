import type { Clock, Logger } from '@navarch/base';
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
import type { ApiServerFlags } from './flags';

/** openBackend connects to etcd, and encrypts at rest what the EncryptionConfiguration names. */
export function openBackend(
  flags: ApiServerFlags,
  config: Config,
  kinds: readonly KindDefinition[],
  log: Logger,
  clock: Clock,
): StorageBackend {
  const backend = createBackend({
    endpoints: flags['etcd-servers'],
    ...(flags['etcd-cafile'] && { tls: etcdTls(flags) }),
    log,
    clock,
    compactionIntervalMs: flags['etcd-compaction-interval'],
  });
  if (config.encryption !== undefined) encrypt(backend, config.encryption, kinds);
  return backend;
}

function etcdTls({ 'etcd-cafile': ca, 'etcd-certfile': cert, 'etcd-keyfile': key }: ApiServerFlags): EtcdTls {
  const read = (file: string) => fs.readFileSync(file);
  return { ca: read(ca), ...(cert && { cert: read(cert) }), ...(key && { key: read(key) }) };
}

function encrypt(backend: StorageBackend, encryption: unknown, kinds: readonly KindDefinition[]): void {
  const transformers = transformersFromConfig(encryption);
  for (const { resource, storagePath } of kinds) {
    const transformer = transformerFor(transformers, resource.resource, resource.group);
    if (transformer) backend.transform(`/registry/${storagePath ?? resource.resource}/`, transformer);
  }
}
