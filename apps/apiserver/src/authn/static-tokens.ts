import type { UserInfo } from '@navarch/apimachinery';
import { createHash } from 'node:crypto';
import type { TokenAuthenticator, TokenIdentity } from './token-authenticator';

/** parseTokenFile reads `token,user,uid,"group1,group2"` lines; it throws with the line's number. */
export function parseTokenFile(text: string): Map<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (!line.trim() || line.startsWith('#')) continue;
    const [token, name, uid, groups] = parseFields(line);
    if (!token || !name)
      throw new Error(`token file, line ${i + 1}: must have at least 3 columns (token, user name, user uid)`);
    users.set(digest(token), {
      name,
      ...(uid && { uid }),
      groups: groups
        ? groups
            .split(',')
            .map(group => group.trim())
            .filter(Boolean)
        : [],
    });
  }
  return users;
}

/** parseFields splits a CSV line; a field in quotes may hold commas, a doubled quote stands for one. */
function parseFields(line: string): string[] {
  return [...line.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*?))\s*(?:,|$)/g)].map(
    match => match[1]?.replaceAll('""', '"') ?? match[2] ?? '',
  );
}

const digest = (token: string) => createHash('sha256').update(token).digest('base64');

/** StaticTokens knows the tokens of a --token-auth-file. They are held and compared as digests. */
export class StaticTokens implements TokenAuthenticator {
  constructor(private readonly users: () => ReadonlyMap<string, UserInfo> | undefined) {}

  authenticateToken(token: string): Promise<TokenIdentity | undefined> {
    const user = this.users()?.get(digest(token));
    return Promise.resolve(user && { user });
  }
}
