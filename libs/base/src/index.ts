export * from './backoff';
export * from './channel';
export * from './clock';
export * from './dispose';
export * from './log';
export * from './metrics';
export * from './mutex';
export * from './tracing';
