import type { Authorizer } from '@navarch/apiserver-runtime';
import type { RuleSource } from './rule-source';

/** privilegedGroup allows everything to members of system:masters; it comes first in every chain. */
export const privilegedGroup: Authorizer = {
  authorize: ({ user }) => (user.groups.includes('system:masters') ? { outcome: 'allow' } : { outcome: 'no opinion' }),
};

/** alwaysAllow allows everything to everybody: for tests of other parts only. */
export const alwaysAllow: RuleSource = {
  authorize: () => ({ outcome: 'allow' }),
  rulesFor: () => ({
    rules: [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ],
    errors: [],
  }),
};

/** alwaysDeny refuses everything to everybody. */
export const alwaysDeny: RuleSource = {
  authorize: () => ({ outcome: 'no opinion', reason: 'Everything is forbidden.' }),
  rulesFor: () => ({ rules: [], errors: [] }),
};
