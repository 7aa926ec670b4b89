export * from './decode-typed';
export type { Dialect } from './explain';
export { canonicalDuration, canonicalMicroTime, canonicalQuantity, canonicalTime } from './scalars';
export { unmarshalFailure } from './iterator';
