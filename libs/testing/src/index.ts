export * from './children';
export * from './etcd';
export * from './eventually';
export * from './fake-clock';
export * from './nats';
export * from './pki';
export * from './places';
export * from './require';
export type { TestServer } from './server';
