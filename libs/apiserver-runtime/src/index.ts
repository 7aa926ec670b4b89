export type { AggregatedApis, RemoteApi } from './aggregation';
export * from './interfaces';
export * from './options';
export { createApiServer } from './server';
export { discoveryResources } from './discovery/aggregated';
export type { ApiResource } from './discovery/documents';
export { releaseVersion } from './release-version';
export { TEXT, type OpenApiOperation } from './openapi/operation';
export { listenHttps, type Listening } from './fronts/https-front';
export type { HttpsFrontOptions } from './fronts/https-front-options';
export { loopbackTransport } from './fronts/loopback';
export { userOfSubject } from './fronts/client-certificate';
export { anonymous, authenticated } from './chain/authentication';
export { forbiddenRequest } from './chain/authorization';
export { authorizeAll } from './chain/authorizers';
export { apiVersionText, bodyType, completeType, notAnObject } from './encoding/body-type';
export { readBody } from './encoding/decode-body';
export { notRegistered } from './encoding/schemes';
export { checkAccepts } from './negotiate';
export { isLongRunning, requestInfo } from './request-info';
export {
  jsonResponse,
  methodNotAllowed,
  notFoundResource,
  plainFailure,
  statusResponse,
  textResponse,
} from './status-response';
export { checkPreconditions } from './verbs/before-delete';
export { checkDryRun, integer as parseInteger, throwInvalidOptions } from './verbs/option-causes';
export { readObject, respondObject, type ReadOptions } from './handler-tools';
export * from './flow-control';
