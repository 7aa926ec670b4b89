import type { UserInfo } from '@navarch/apimachinery';

/** nodeIdentity reads a node's name from its user: `system:node:NAME` in system:nodes. undefined: not a node; '': a node without a name. */
export function nodeIdentity(user: UserInfo): string | undefined {
  if (!user.name.startsWith('system:node:') || !user.groups.includes('system:nodes')) return undefined;
  return user.name.slice('system:node:'.length);
}
