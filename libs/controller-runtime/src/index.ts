export * from './controller';
export * from './enqueue';
export * from './enqueue-controller';
export * from './expectations';
export * from './manager';
export * from './ownership';
export * from './retry';
export * from './workqueue-metrics';
