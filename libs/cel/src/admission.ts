import type { Environment } from './environment';
import { WITH_AUTHORIZER } from './library';
import { AUTHORIZER, RESOURCE_CHECK } from './library/authorizer';
import { BOOL, DYN, INT, listOf, mapOf, objectOf, STRING, TIMESTAMP, type Type } from './types';

const KIND = objectOf('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = objectOf('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING });

/** ADMISSION_REQUEST is the type of `request`: an AdmissionRequest without its objects, which are variables of their own. */
export const ADMISSION_REQUEST = objectOf('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: objectOf('kubernetes.UserInfo', {
    username: STRING,
    uid: STRING,
    groups: listOf(STRING),
    extra: mapOf(STRING, listOf(STRING)),
  }),
  dryRun: BOOL,
  options: DYN,
});

/** NAMESPACE is the type of `namespaceObject`. */
export const NAMESPACE = objectOf('kubernetes.Namespace', {
  metadata: objectOf('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: objectOf('kubernetes.NamespaceSpec', { finalizers: listOf(STRING) }),
  status: objectOf('kubernetes.NamespaceStatus', { phase: STRING }),
});

/** WRITE is what is written and by whom. */
const WRITE: Environment = WITH_AUTHORIZER.withVariables({
  object: DYN,
  oldObject: DYN,
  request: ADMISSION_REQUEST,
  namespaceObject: NAMESPACE,
});

/** ASKING are the variables by which expressions ask what somebody may do. */
const ASKING = { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK };

/** ADMISSION is the environment of match conditions: what is written, by whom, and what he may do. */
export const ADMISSION: Environment = WRITE.withVariables(ASKING);

/**
 * policyEnvironment is that of an admission policy: with its parameters, if it has any, and its variables. Messages are made without
 * an authorizer.
 */
export function policyEnvironment(
  hasParams: boolean,
  variables?: Readonly<Record<string, Type>>,
  { authorizer = true }: { readonly authorizer?: boolean } = {},
): Environment {
  return WRITE.withVariables({
    ...(authorizer && ASKING),
    ...(hasParams && { params: DYN }),
    ...(variables && { variables: objectOf('kubernetes.variables', variables) }),
  });
}
