export { requirement, type Operator, type Requirement } from './requirement';
export * from './selector';
