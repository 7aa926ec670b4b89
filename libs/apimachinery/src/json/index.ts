export * from './decode';
export * from './equal';
export { JsonError, firstJsonValue, scanJson } from './scan';
