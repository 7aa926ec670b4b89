import type { UserInfo } from '@navarch/apimachinery';

/** natsUser is the user that a bus identity is: its groups are those that its client certificate would name. */
export function natsUser(identity: string): UserInfo {
  if (identity.startsWith('system:node:')) return { name: identity, groups: ['system:nodes'] };
  if (identity === 'system:apiserver' || identity === 'kubernetes-admin')
    return { name: identity, groups: ['system:masters'] };
  return { name: identity, groups: [] };
}
