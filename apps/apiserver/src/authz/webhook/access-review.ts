import type { authorizationv1 } from '@navarch/api';
import { parseFieldSelector, parseSelector } from '@navarch/apimachinery';
import type { AuthorizationAttributes, Decision } from '@navarch/apiserver-runtime';

/** ACCESS_REVIEW_VERSIONS are those that a webhook may be asked in. */
export const ACCESS_REVIEW_VERSIONS = ['v1beta1', 'v1'] as const;
export type AccessReviewVersion = (typeof ACCESS_REVIEW_VERSIONS)[number];

type Selectors = Pick<authorizationv1.ResourceAttributes, 'fieldSelector' | 'labelSelector'>;

/** OPERATORS are a label requirement's in the API's words. gt and lt have none: such a requirement is left out, which asks for more. */
const OPERATORS: Readonly<Record<string, string | undefined>> = {
  ...{ '=': 'In', in: 'In', '!=': 'NotIn', notin: 'NotIn', exists: 'Exists', '!': 'DoesNotExist' },
};

/** accessReview is the SubjectAccessReview that asks a webhook about a request. Pure. */
export function accessReview(asked: AuthorizationAttributes, version: AccessReviewVersion) {
  const { user, verb, group, resource, subresource, namespace, name, path } = asked;
  const groups = user.groups.length ? { [version === 'v1' ? 'groups' : 'group']: user.groups } : {};
  const about = asked.isResourceRequest
    ? {
        resourceAttributes: present({
          ...{ namespace, verb, group, version: asked.version, resource, subresource, name },
          ...selectorsOf(asked),
        }),
      }
    : { nonResourceAttributes: present({ path, verb }) };
  return {
    ...{ kind: 'SubjectAccessReview', apiVersion: `authorization.k8s.io/${version}` },
    spec: { ...about, ...present({ user: user.name, uid: user.uid, extra: user.extra }), ...groups },
  };
}

/** decisionOf is what a webhook's answer means. It throws an Error for one that means two things. Pure. */
export function decisionOf(status: authorizationv1.SubjectAccessReviewStatus): Decision {
  if (status.allowed && status.denied)
    throw new Error('webhook subject access review returned both allow and deny response');
  const outcome = status.allowed ? 'allow' : status.denied ? 'deny' : 'no opinion';
  return { outcome, ...(status.reason && { reason: status.reason }) };
}

/** selectorsOf are the request's selectors as requirements; one that cannot be parsed limits nothing. Pure. */
export function selectorsOf({ fieldSelector, labelSelector }: AuthorizationAttributes): Selectors {
  const fields = fieldSelector ? attempt(() => fieldRequirements(fieldSelector)) : [];
  const labels = labelSelector ? attempt(() => labelRequirements(labelSelector)) : [];
  return {
    ...(fields.length && { fieldSelector: { requirements: fields } }),
    ...(labels.length && { labelSelector: { requirements: labels } }),
  };
}

function fieldRequirements(text: string) {
  return parseFieldSelector(text).requirements.map(({ field, operator, value }) => ({
    ...{ key: field, operator: operator === '=' ? 'In' : 'NotIn', values: [value] },
  }));
}

function labelRequirements(text: string) {
  return parseSelector(text).requirements.flatMap(({ key, operator, values }) => {
    const known = OPERATORS[operator];
    return known ? [{ key, operator: known, ...(values.length && { values: [...values] }) }] : [];
  });
}

function attempt<T>(make: () => T[]): T[] {
  try {
    return make();
  } catch {
    return [];
  }
}

function present<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined && one !== '')) as Partial<T>;
}
