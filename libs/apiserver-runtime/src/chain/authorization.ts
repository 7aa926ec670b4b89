import { StatusError, groupResourceName, type UserInfo } from '@navarch/apimachinery';
import type { AuthorizationAttributes, Authorizer, RequestInfo } from '../interfaces';
import { PlainTextError } from '../status-response';
import { authorizeAll } from './authorizers';
import type { Exchange } from './exchange';

/** NOSNIFF keeps browsers from guessing at what a refusal is. */
export const NOSNIFF = { 'x-content-type-options': 'nosniff' };

/** attributesOf is what authorization looks at. */
export function attributesOf(info: RequestInfo, user: UserInfo, query: URLSearchParams): AuthorizationAttributes {
  const { isResourceRequest, verb, group, version, resource, subresource, namespace, name, path } = info;
  const fieldSelector = query.get('fieldSelector');
  const labelSelector = query.get('labelSelector');
  return {
    ...{ user, verb, isResourceRequest, group, version, resource, subresource, namespace, name, path },
    ...(fieldSelector && { fieldSelector }),
    ...(labelSelector && { labelSelector }),
  };
}

/** authorize lets the request pass or throws the documented 403; where an authorizer failed it is a 500. */
export async function authorize(exchange: Exchange, authorizers: readonly Authorizer[]): Promise<void> {
  const attributes = attributesOf(exchange.info, exchange.user, exchange.query);
  const decision = await authorizeAll(authorizers, attributes);
  const isAllowed = decision.outcome === 'allow';
  exchange.annotate('authorization.k8s.io/decision', isAllowed ? 'allow' : 'forbid');
  exchange.annotate('authorization.k8s.io/reason', decision.reason ?? '');
  if (isAllowed) return;
  exchange.addHeaders(NOSNIFF);
  // Nobody knows whether the request is forbidden: an authorizer failed.
  if (decision.evaluationError) throw new PlainTextError(decision.evaluationError);
  throw forbiddenRequest(attributes, decision.reason ?? '');
}

/** forbiddenRequest words a refusal as upstream does. Pure. */
export function forbiddenRequest(attributes: AuthorizationAttributes, reason: string): StatusError {
  const { user, verb, group, resource, subresource, namespace, name, path } = attributes;
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  const because = reason ? `: ${reason}` : '';
  if (!attributes.isResourceRequest) {
    return new StatusError(403, 'Forbidden', `forbidden: ${who} path ${JSON.stringify(path)}${because}`, {});
  }
  const full = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  const title = groupResourceName({ group, resource });
  const what = title && `${title}${name ? ` ${JSON.stringify(name)}` : ''} is `;
  const message = `${what}forbidden: ${who} resource ${JSON.stringify(full)} in API group ${JSON.stringify(group)} ${where}${because}`;
  return new StatusError(403, 'Forbidden', message, {
    ...(name && { name }),
    ...(group && { group }),
    ...(resource && { kind: resource }),
  });
}
