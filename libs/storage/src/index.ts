export * from './interface';
export { createBackend, type BackendOptions } from './backend';
export { DEFAULT_RING, type RingLimits } from './cacher/change-ring';
export type { EtcdTls } from './etcd3/channel';
export type { EtcdOperation, RequestObserver } from './etcd3/store';
export { transformerFor, transformersFromConfig, type ResourceTransformer } from './encryption/config';
export { identity } from './encryption/transformers';
export { matches, rangeOf } from './keys';
export { encodeStored } from './splice';
