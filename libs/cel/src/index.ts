export { ADMISSION, ADMISSION_REQUEST, NAMESPACE, policyEnvironment } from './admission';
export { Environment, fn, method, type Library, type Overload } from './environment';
export { BudgetError, CelError, Suspended } from './errors';
export type { Activation } from './frame';
export { CompileError, type Issue } from './issues';
export { escapeField, fromJson, toJson } from './json-values';
export { KUBERNETES, WITH_AUTHORIZER } from './library';
export {
  AUTHORIZER,
  authorizerValues,
  RESOURCE_CHECK,
  type AskAuthorizer,
  type AuthorizationAnswer,
  type AuthorizationQuestion,
} from './library/authorizer';
export { activationOf, Budget, compileExpression, isFailure, PER_CALL_LIMIT, Program } from './program';
export { parseFieldPath, type FieldPath } from './schema/field-path';
export { ruleTextErrors } from './schema/rule-texts';
export { schemaType, type Rule, type Schema } from './schema/schema-types';
export {
  checkValidationRules,
  compileValidationRules,
  ruleExpressions,
  type RuleCheck,
  type ValidationOptions,
  type ValidationRules,
} from './schema/validation-rules';
export {
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  INT,
  isAssignable,
  listOf,
  mapOf,
  objectOf,
  STRING,
  TIMESTAMP,
  typeName,
  type ObjectField,
  type ObjectType,
  type Type,
} from './types';
export { List, MapValue, Optional, type Value } from './values';
export { environmentFor, type Written } from './written';
