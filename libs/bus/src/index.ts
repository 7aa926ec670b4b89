export * from './bus';
export * from './caller';
export * from './permissions';
export * from './serve';
export * from './server-config';
export * from './subjects';
