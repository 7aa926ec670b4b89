export * from './decode';
export * from './equal';
export { JsonError, scanJson } from './scan';
