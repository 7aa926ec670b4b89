export * from './apply-patch';
export { LAST_APPLIED } from './last-applied';
export { FieldSet, fieldPathText, parseFieldsV1, printFieldsV1, type PathElement } from './field-set';
export {
  managedFieldsForUpdate,
  withoutManagedFields,
  type InVersion,
  type ManagedFieldsUpdate,
  type Versioned,
} from './update';
export { compare as compareTyped, toFieldSet, type Comparison } from './typed';
export { checkTyped } from './check-typed';
