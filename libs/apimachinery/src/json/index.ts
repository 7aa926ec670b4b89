export * from './decode';
export * from './equal';
export { sortedKeys } from './sorted-keys';
export { JsonError, firstJsonValue, scanJson } from './scan';
export { ANYTHING, strictFields, type Outline, type StrictField } from './strict';
