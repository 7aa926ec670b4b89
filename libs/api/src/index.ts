export type * from './generated/types';
export * from './resource-token';
export * from './resources';
