export * from './conditions';
export * from './conversion-review';
export type { Convert } from './conversion';
export * from './custom-kinds';
export * from './definition';
export { compileJsonPath, type JsonPath } from './json-path';
export * from './names';
