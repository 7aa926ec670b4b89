import type { Authorizer } from '@navarch/apiserver-runtime';

/** privilegedGroup allows everything to members of system:masters; it comes first in every chain. */
export const privilegedGroup: Authorizer = {
  authorize: ({ user }) => (user.groups.includes('system:masters') ? { outcome: 'allow' } : { outcome: 'no opinion' }),
};

/** alwaysAllow allows everything to everybody: for tests of other parts only. */
export const alwaysAllow: Authorizer = { authorize: () => ({ outcome: 'allow' }) };

/** alwaysDeny refuses everything to everybody. */
export const alwaysDeny: Authorizer = {
  authorize: () => ({ outcome: 'no opinion', reason: 'Everything is forbidden.' }),
};
