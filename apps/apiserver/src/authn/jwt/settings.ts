import type { JWTPayload } from 'jose';
import type { UserInfo } from '@navarch/apimachinery';

/** SIGNING_ALGORITHMS are those that a provider may sign with; all are asymmetric. */
export const SIGNING_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'],
] as const;

/** JwtSettings say whose JSON Web Tokens are believed, and how their claims become a user. */
export interface JwtSettings {
  /** issuer is the `iss` of tokens, an https URL. */
  readonly issuer: string;
  /** discoveryUrl is where the provider's configuration lies; below the issuer unless given. */
  readonly discoveryUrl?: string;
  /** ca (PEM) signed the provider's certificate; the system's authorities unless given. */
  readonly ca?: string;
  /** audiences: a token is for us if it names one of them. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  /** userOf makes the user; it throws an Error that says what is wrong with the claims. Pure. */
  userOf(claims: JWTPayload): UserInfo;
}

/** ClaimSettings are how plain claims become a user: each a claim's name, and what is put before its value. */
export interface ClaimSettings {
  readonly username: { readonly claim: string; readonly prefix: string };
  readonly groups?: { readonly claim: string; readonly prefix: string };
  readonly uid?: { readonly claim: string };
  /** required are claims that have to have this very value. */
  readonly required: readonly { readonly claim: string; readonly value: string }[];
}

/** userOfClaims makes a user of plain claims. Pure. */
export function userOfClaims(claims: JWTPayload, { username, groups, uid, required }: ClaimSettings): UserInfo {
  for (const { claim, value } of required) {
    const found = claims[claim];
    if (found === undefined) throw new Error(`oidc: required claim ${claim} not present in ID token`);
    if (found !== value) throw new Error(`oidc: required claim ${claim} value does not match`);
  }
  const name = textClaim(claims, username.claim);
  // An address that the provider has not checked is anybody's.
  if (username.claim === 'email' && 'email_verified' in claims && claims.email_verified !== true)
    throw new Error('oidc: email not verified');
  const names = groups ? groupsOf(claims, groups.claim).map(group => groups.prefix + group) : [];
  return {
    name: username.prefix + name,
    groups: names,
    ...(uid && { uid: textClaim(claims, uid.claim) }),
  };
}

function textClaim(claims: JWTPayload, claim: string): string {
  const value = claims[claim];
  if (value === undefined) throw new Error(`oidc: parse claim ${JSON.stringify(claim)}: claim not present`);
  if (typeof value !== 'string' || !value) throw new Error(`oidc: parse claim ${JSON.stringify(claim)}: no text`);
  return value;
}

function groupsOf(claims: JWTPayload, claim: string): string[] {
  const value = claims[claim];
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.every((item): item is string => typeof item === 'string')) return list;
  throw new Error(`oidc: parse groups claim ${JSON.stringify(claim)}: neither a text nor a list of texts`);
}
