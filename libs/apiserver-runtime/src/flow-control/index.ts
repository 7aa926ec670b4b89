export * from './dumps';
export * from './mandatory';
export * from './priority-and-fairness';
