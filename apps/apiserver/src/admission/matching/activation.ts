import type { corev1 } from '@navarch/api';
import type { AuthorizationAttributes, Authorizer } from '@navarch/apiserver-runtime';
import {
  ADMISSION_REQUEST,
  authorizerValues,
  fromJson,
  NAMESPACE,
  type AskAuthorizer,
  type AuthorizationQuestion,
  type Value,
} from '@navarch/cel';
import { describeRequest, type Versioned } from './versioned';

/** AdmissionValues are what the variables of an expression about a write stand for. */
export type AdmissionValues = Readonly<Record<string, Value>>;

/** admissionValues are the values of the variables that all expressions about a write have. */
export function admissionValues(
  versioned: Versioned,
  namespace: corev1.Namespace | undefined,
  authorizer: Authorizer,
): AdmissionValues {
  const { attributes, version } = versioned;
  const { authorizer: root, requestResource } = authorizerValues(asking(authorizer, attributes), {
    group: version.group,
    resource: attributes.resource.resource,
    ...(attributes.subresource && { subresource: attributes.subresource }),
    ...(attributes.namespace && { namespace: attributes.namespace }),
    ...(attributes.name && { name: attributes.name }),
  });
  return {
    object: fromJson(versioned.object),
    oldObject: fromJson(versioned.oldObject),
    request: fromJson(describeRequest(versioned), ADMISSION_REQUEST),
    namespaceObject: fromJson(namespace && withUid(namespace), NAMESPACE),
    authorizer: root,
    'authorizer.requestResource': requestResource,
  };
}

/** withUid: the expressions' name for the identifier differs from the API's. */
function withUid({ metadata, spec, status }: corev1.Namespace): object {
  const { uid, ...rest } = metadata ?? {};
  return { metadata: { ...rest, ...(uid && { UID: uid }) }, spec, status };
}

/** asking lets an expression ask what the user of the request, or a service account, may do. */
function asking(authorizer: Authorizer, { user }: Versioned['attributes']): AskAuthorizer {
  return question => {
    const decided = authorizer.authorize(attributesOf(question, user));
    const answer = ({ outcome, reason, evaluationError }: Awaited<typeof decided>) => ({
      allowed: outcome === 'allow',
      ...(reason !== undefined && { reason }),
      ...(evaluationError !== undefined && { error: evaluationError }),
    });
    return decided instanceof Promise ? decided.then(answer) : answer(decided);
  };
}

function attributesOf(question: AuthorizationQuestion, user: AuthorizationAttributes['user']): AuthorizationAttributes {
  const { serviceAccount, path = '', fieldSelector, labelSelector } = question;
  const isResourceRequest = question.path === undefined;
  return {
    user: serviceAccount ? accountUser(serviceAccount) : user,
    verb: question.verb ?? '',
    isResourceRequest,
    group: question.group ?? '',
    version: isResourceRequest ? '*' : '',
    resource: question.resource ?? '',
    subresource: question.subresource ?? '',
    namespace: question.namespace ?? '',
    name: question.name ?? '',
    path,
    ...(fieldSelector !== undefined && { fieldSelector }),
    ...(labelSelector !== undefined && { labelSelector }),
  };
}

function accountUser({ namespace, name }: { namespace: string; name: string }) {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}
