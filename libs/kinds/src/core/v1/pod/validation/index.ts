export { validatePodSpec } from './pod-spec';
export { validatePodUpdate } from './update';
export { validateTemplate } from './template';
