export { nameWarnings, podWarnings } from './pod';
