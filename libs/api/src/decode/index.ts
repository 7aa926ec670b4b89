export * from './decode-typed';
export type { Dialect } from './explain';
export { outlineOf } from './outline';
export { canonicalDuration, canonicalMicroTime, canonicalQuantity, canonicalTime } from './scalars';
export { unmarshalFailure } from './iterator';
