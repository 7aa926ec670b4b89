export { defNameOf, isRoot, splitDefName } from './def-names';
export { description, fieldsOf, loadSchema, type FieldFacts, type SchemaFacts } from './facts';
export { schemaWithin, specialForm, type SpecialForm } from './special';
export { goneFields, jsonFields, typeSchema } from './type-schema';
