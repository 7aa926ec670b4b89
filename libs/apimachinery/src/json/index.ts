export * from './decode';
export * from './equal';
export { mergedJson } from './merged';
export { sortedKeys } from './sorted-keys';
export { JsonError, firstJsonValue, scanJson } from './scan';
export { ANYTHING, strictFields, type Outline, type StrictField } from './strict';
