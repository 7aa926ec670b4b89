export * from './apply-patch';
export { FieldSet, fieldPathText, parseFieldsV1, printFieldsV1, type PathElement } from './field-set';
export { managedFieldsForUpdate, timestamp, type InVersion, type ManagedFieldsUpdate } from './update';
export { compare as compareTyped, toFieldSet, type Comparison } from './typed';
export { checkTyped } from './check-typed';
