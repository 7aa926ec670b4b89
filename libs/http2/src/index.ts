export { Http2Connection } from './client/connection';
export { dial, type DialOptions } from './client/dial';
export type { Http2Stream, StreamHandler } from './client/stream';
export { encodeHeaders } from './header-encoder';
export type { Field } from './header-table';
export { NeverSent } from './protocol';
export { ServerConnection, type ServerEvents, type ServerLimits } from './server/connection';
export { ServerStream, type BodyReader } from './server/stream';
export type { RequestHead } from './server/request-head';
