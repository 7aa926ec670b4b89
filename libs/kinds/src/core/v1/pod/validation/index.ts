export { validatePodSpec } from './pod-spec';
export { validatePodUpdate } from './update';
export { validateTemplate, validateTemplateMetadata } from './template';
