import { parse } from 'yaml';
import type { Live, LiveFiles } from '../credentials/live';
import type { ApiServerFlags } from '../flags';
import { parseAuthenticationConfiguration, type AuthenticationConfiguration } from './jwt/authentication-configuration';
import { oidcSettings } from './jwt/oidc-flags';

/** openAuthenticationSettings reads the file of --authentication-config, and follows it; without one the flags say the same. It throws an Error that names the flag. */
export function openAuthenticationSettings(flags: ApiServerFlags, files: LiveFiles): Live<AuthenticationConfiguration> {
  const file = flags['authentication-config'];
  return files.follow('--authentication-config', read => {
    const oidc = oidcSettings(flags, read);
    const byFlag = { enabled: flags['anonymous-auth'], paths: [] };
    if (!file) return withoutOwnIssuer(flags, { jwt: oidc ? [oidc] : [], anonymous: byFlag });
    if (oidc) throw new Error('--authentication-config and --oidc-* are mutually exclusive');
    try {
      const found = parseAuthenticationConfiguration(parse(read(file)) as unknown);
      if (found.anonymous && flags['anonymous-auth'])
        throw new Error('anonymous: --anonymous-auth must not be set when it is in the file');
      return withoutOwnIssuer(flags, { ...found, anonymous: found.anonymous ?? byFlag });
    } catch (error) {
      throw new Error(`--authentication-config: ${(error as Error).message}`, { cause: error });
    }
  });
}

/** withoutOwnIssuer: a provider that passed for our own would speak for service accounts. */
function withoutOwnIssuer(flags: ApiServerFlags, found: AuthenticationConfiguration): AuthenticationConfiguration {
  const own = found.jwt.find(({ issuer }) => flags['service-account-issuer'].includes(issuer));
  if (own) throw new Error(`issuer ${JSON.stringify(own.issuer)} is one of --service-account-issuer`);
  return found;
}

/** isOpenToAnonymous tells whether a request without credentials gets past the gate at a path. Pure. */
export function isOpenToAnonymous(
  { anonymous }: Pick<AuthenticationConfiguration, 'anonymous'>,
  path: string,
): boolean {
  return !!anonymous?.enabled && (!anonymous.paths.length || anonymous.paths.includes(path));
}
