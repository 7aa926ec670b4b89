export * from './http';
export * from './meta';
export * from './status-error';
export * from './user';
export * as field from './field';
export { Path, type FieldError } from './field';
