export type * from './generated/types';
export * from './decode';
export * from './openapi';
export * from './protobuf';
export * from './resource-token';
export * from './resources';
export * from './schema';
