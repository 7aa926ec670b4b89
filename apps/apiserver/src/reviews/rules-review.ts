import type { authorizationv1 } from '@navarch/api';
import { badRequest } from '@navarch/apimachinery';
import type { VirtualHandler } from '@navarch/apiserver-runtime';
import type { RuleSource } from '../authz/rule-source';
import type { PolicyRule } from '../authz/rbac/rules';

/** selfSubjectRulesReview lists what the asker may do in a namespace, as far as rules can tell. */
export function selfSubjectRulesReview(source: Pick<RuleSource, 'rulesFor'>): VirtualHandler {
  return {
    create(context, object) {
      const review = object as authorizationv1.SelfSubjectRulesReview;
      const namespace = review.spec.namespace;
      if (!namespace) return Promise.reject(badRequest('no namespace on request'));
      const { rules, errors, incomplete = false } = source.rulesFor(context.user, namespace);
      const status: authorizationv1.SubjectRulesReviewStatus = {
        resourceRules: rules.filter(rule => rule.resources?.length).map(resourceRule),
        nonResourceRules: rules
          .filter(rule => rule.nonResourceURLs?.length)
          .map(rule => ({ verbs: rule.verbs, nonResourceURLs: rule.nonResourceURLs! })),
        incomplete,
        ...(errors.length && { evaluationError: errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]` }),
      };
      // Nothing of the question is repeated.
      return Promise.resolve({ metadata: {}, spec: {}, status });
    },
  };
}

function resourceRule({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames,
}: PolicyRule): authorizationv1.ResourceRule {
  return { verbs, apiGroups, resources, ...(resourceNames?.length && { resourceNames }) };
}
