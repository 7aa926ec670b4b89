import type { ApiServerFlags } from '../../flags';
import type { ReadFile } from '../../credentials/live';
import {
  groupsReading,
  requiredClaim,
  SIGNING_ALGORITHMS,
  userOfClaims,
  usernameReading,
  type ClaimReadings,
  type JwtSettings,
} from './settings';

/** oidcSettings reads the --oidc-* flags; undefined if they name no issuer. It throws an Error that names the flag. */
export function oidcSettings(flags: ApiServerFlags, read: ReadFile): JwtSettings | undefined {
  const issuer = flags['oidc-issuer-url'];
  const client = flags['oidc-client-id'];
  if (!issuer !== !client) throw new Error('--oidc-issuer-url and --oidc-client-id must be specified together');
  if (!issuer) return undefined;
  const algorithms = flags['oidc-signing-algs'];
  const unknown = algorithms.filter(one => !SIGNING_ALGORITHMS.some(known => known === one));
  if (unknown.length) throw new Error(`--oidc-signing-algs: unsupported: ${unknown.join(', ')}`);
  const claim = flags['oidc-username-claim'];
  const groups = flags['oidc-groups-claim'];
  const readings: ClaimReadings = {
    username: usernameReading(claim, usernamePrefix(flags['oidc-username-prefix'], claim, issuer)),
    ...(groups && { groups: groupsReading(groups, flags['oidc-groups-prefix']) }),
    extra: new Map(),
    rules: flags['oidc-required-claim'].map(requiredPair),
    userRules: [],
  };
  return {
    issuer: checkedIssuer('--oidc-issuer-url', issuer),
    ...(flags['oidc-ca-file'] && { ca: read(flags['oidc-ca-file']) }),
    audiences: [client],
    algorithms,
    userOf: token => userOfClaims(token, readings),
  };
}

/** usernamePrefix: users of a provider are told apart from others by its URL, unless they go by their address or the flag says otherwise; `-` is none. Pure. */
export function usernamePrefix(given: string, claim: string, issuer: string): string {
  if (given) return given === '-' ? '' : given;
  return claim === 'email' ? '' : `${issuer}#`;
}

/** checkedIssuer answers an issuer's URL if it is one that may be asked. */
export function checkedIssuer(where: string, issuer: string): string {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url?.protocol !== 'https:' || url.username || url.search || url.hash)
    throw new Error(`${where}: ${JSON.stringify(issuer)} must be an https URL without user, query and fragment`);
  return issuer;
}

function requiredPair(pair: string): ClaimReadings['rules'][number] {
  const equals = pair.indexOf('=');
  if (equals < 1) throw new Error(`--oidc-required-claim: ${JSON.stringify(pair)} is not of the form key=value`);
  return requiredClaim(pair.slice(0, equals), pair.slice(equals + 1));
}
