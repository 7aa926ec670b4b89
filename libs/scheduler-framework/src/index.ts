export * from './cycle-state';
export * from './framework';
export * from './interfaces';
export * from './node-info';
export * from './resources';
export * from './status';
