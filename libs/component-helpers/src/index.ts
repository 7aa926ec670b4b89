export * from './node-selector';
export * from './pod-amounts';
export * from './tolerations';
