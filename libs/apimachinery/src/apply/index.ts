export * from './apply-patch';
export { FieldSet, fieldPathText, parseFieldsV1, printFieldsV1, type PathElement } from './field-set';
export { managedFieldsForUpdate, timestamp, type InVersion, type ManagedFieldsUpdate } from './update';
export { checkTyped, compare as compareTyped, toFieldSet, type Comparison } from './typed';
