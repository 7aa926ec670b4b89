export * from './container-exits';
export * from './cri-client';
export * from './hollow-runtime';
export * from './runtime';
export type * from './types';
export * from './testkit/containerd';
