export * from './decode';
export * from './equal';
export { sortedKeys } from './sorted-keys';
export { JsonError, firstJsonValue, scanJson } from './scan';
