export * from './interface';
export { createBackend, type BackendOptions } from './backend';
export { DEFAULT_RING, type RingLimits } from './cacher/change-ring';
export type { EtcdTls } from './etcd3/channel';
export { AesGcmTransformer, type EncryptionKey } from './encryption/aes-gcm';
export { transformerFor, transformersFromConfig, type ResourceTransformer } from './encryption/config';
export { identity } from './encryption/transformers';
export { matches } from './keys';
export { encodeStored } from './splice';
