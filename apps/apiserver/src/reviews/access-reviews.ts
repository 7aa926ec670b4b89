import type { authorizationv1 } from '@navarch/api';
import { badRequest, field, Path, StatusError, type KubeObject, type UserInfo } from '@navarch/apimachinery';
import type { AuthorizationAttributes, Authorizer, RequestContext, VirtualHandler } from '@navarch/apiserver-runtime';
import { fieldSelectorText, labelSelectorText, selectorErrors } from './selectors';

const GROUP = 'authorization.k8s.io';

type Spec = authorizationv1.SubjectAccessReviewSpec;
type Review = authorizationv1.SubjectAccessReview;

/** subjectAccessReview answers whether somebody may do something. */
export function subjectAccessReview(authorizer: Authorizer): VirtualHandler {
  return {
    async create(_context, object) {
      const review = object as Review;
      checkSubject(review.spec);
      return answered(review, await decide(authorizer, userOf(review.spec), review.spec));
    },
  };
}

/** localSubjectAccessReview answers the same within one namespace. */
export function localSubjectAccessReview(authorizer: Authorizer): VirtualHandler {
  return {
    async create(context, object) {
      const review = object as Review;
      checkSubject(review.spec);
      const namespace = context.info.namespace;
      if (review.spec.resourceAttributes?.namespace !== namespace) {
        throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
      }
      return answered(review, await decide(authorizer, userOf(review.spec), review.spec));
    },
  };
}

/** selfSubjectAccessReview answers whether the asker may. */
export function selfSubjectAccessReview(authorizer: Authorizer): VirtualHandler {
  return {
    async create(context: RequestContext, object) {
      const review = object as Review;
      checkAttributes(review.spec);
      return answered(review, await decide(authorizer, context.user, review.spec));
    },
  };
}

async function decide(
  authorizer: Authorizer,
  user: UserInfo,
  spec: Spec,
): Promise<authorizationv1.SubjectAccessReviewStatus> {
  const decision = await authorizer.authorize(attributesOf(user, spec));
  return {
    allowed: decision.outcome === 'allow',
    ...(decision.outcome === 'deny' && { denied: true }),
    ...(decision.reason && { reason: decision.reason }),
    ...(decision.evaluationError && { evaluationError: decision.evaluationError }),
  };
}

/** attributesOf are the authorization attributes that a review asks about. Pure. */
export function attributesOf(
  user: UserInfo,
  { resourceAttributes: resource, nonResourceAttributes: path }: Spec,
): AuthorizationAttributes {
  return {
    user,
    isResourceRequest: !!resource,
    verb: resource?.verb ?? path?.verb ?? '',
    group: resource?.group ?? '',
    version: resource?.version ?? '',
    resource: resource?.resource ?? '',
    subresource: resource?.subresource ?? '',
    namespace: resource?.namespace ?? '',
    name: resource?.name ?? '',
    path: path?.path ?? '',
    ...(resource?.fieldSelector && { fieldSelector: fieldSelectorText(resource.fieldSelector) }),
    ...(resource?.labelSelector && { labelSelector: labelSelectorText(resource.labelSelector) }),
  };
}

function userOf(spec: Spec): UserInfo {
  return {
    name: spec.user ?? '',
    groups: spec.groups ?? [],
    ...(spec.uid && { uid: spec.uid }),
    ...(spec.extra && { extra: spec.extra }),
  };
}

function checkSubject(spec: Spec): void {
  const errors = attributeErrors(spec);
  if (!spec.user && !spec.groups?.length)
    errors.push(field.invalid(Path.at('spec', 'user'), '', 'at least one of user or group must be specified'));
  refuse(errors);
}

function checkAttributes(spec: Spec): void {
  refuse(attributeErrors(spec));
}

function attributeErrors({ resourceAttributes, nonResourceAttributes }: Spec) {
  if (resourceAttributes && nonResourceAttributes) {
    return [
      field.invalid(
        Path.at('spec', 'nonResourceAttributes'),
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  }
  if (resourceAttributes) return selectorErrors(Path.at('spec', 'resourceAttributes'), resourceAttributes);
  if (nonResourceAttributes) return [];
  return [
    field.invalid(
      Path.at('spec', 'resourceAttributes'),
      'null',
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ),
  ];
}

function refuse(errors: ReturnType<typeof attributeErrors>): void {
  if (!errors.length) return;
  // The kind is left out of the message and the details, as upstream does.
  const { code, reason, message, details } = field.invalidObject({ group: GROUP, kind: '' }, '', errors);
  throw new StatusError(code, reason, message, { group: GROUP, ...(details?.causes && { causes: details.causes }) });
}

function answered(review: Review, status: authorizationv1.SubjectAccessReviewStatus): KubeObject {
  return { ...review, status } as KubeObject;
}
