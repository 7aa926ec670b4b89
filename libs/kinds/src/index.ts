export * from './kind';
export { allKinds } from './all-kinds';
export {
  apiPriority,
  compareVersions,
  groupOrder,
  orderGroups,
  type AnnouncedVersion,
  type ApiPriority,
  type GroupVersions,
} from './groups';
export { DEFAULT_RELEASE, isServed } from './release';
export { deprecatedFor, schemaName, served } from './shared/served';
export { defineColumns, type CellContext, type ColumnSource } from './shared/columns';
export { ageColumn, ageOf, createdAtColumn, nameColumn } from './shared/printer';
export { plainStrategy, specStrategy, statusStrategy } from './shared/strategies';
export { caBundleProblem } from './shared/ca-bundle';
export { isEmpty, semanticEqual } from './shared/equal';
export { defaultPod } from './core/v1/pod/defaults';
export { qosClass } from './core/v1/pod/qos';
export { CONTAINER_SECCOMP, POD_SECCOMP, seccompAnnotation } from './core/v1/pod/seccomp';
export { podSecurityPolicies } from './policy/v1beta1/pod-security-policy/kind';
export { CLEANUP_FINALIZER } from './apiextensions/v1/custom-resource-definition/kind';
export { builtInKinds, customKinds } from './admissionregistration/v1/validating-admission-policy/checked-kinds';
export { typeWarnings } from './admissionregistration/v1/validating-admission-policy/type-check';
export { approvalFinding, isProtectedGroup } from './apiextensions/v1/custom-resource-definition/approval';
export { structuralFindings, validateStructural } from './apiextensions/v1/custom-resource-definition/structural';
export { mandatoryLevels, mandatorySchemas } from './flowcontrol/v1/shared/mandatory';
export { nodeRoles } from './core/v1/node/kind';
export { HIGHEST_USER_PRIORITY } from './scheduling/v1/priority-class/kind';
export { isDefaultClass } from './storage/v1/storage-class/kind';
