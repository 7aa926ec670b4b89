export * from './kind';
export { allKinds } from './all-kinds';
export { groupOrder, type GroupVersions } from './groups';
export { DEFAULT_RELEASE, isServed } from './release';
export { served, deprecatedFor, schemaName } from './shared/served';
