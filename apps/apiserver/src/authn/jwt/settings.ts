import type { UserInfo } from '@navarch/apimachinery';
import type { JWTPayload } from 'jose';

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

/** Reading takes a value from claims: a claim as it is, or what an expression makes of them. It throws an Error that says why there is none. */
export type Reading = (claims: JWTPayload) => unknown;

/** ClaimReadings are how claims become a user. */
export interface ClaimReadings {
  readonly username: Reading;
  readonly groups?: Reading;
  readonly uid?: Reading;
  readonly extra: ReadonlyMap<string, Reading>;
  /** rules throw an Error for claims that are not good enough. */
  readonly rules: readonly ((claims: JWTPayload) => void)[];
  /** userRules throw an Error for users that may not be. */
  readonly userRules: readonly ((user: UserInfo) => void)[];
}

/** userOfClaims makes a user of claims. Pure. */
export function userOfClaims(claims: JWTPayload, readings: ClaimReadings): UserInfo {
  for (const rule of readings.rules) rule(claims);
  const name = readings.username(claims);
  if (typeof name !== 'string' || !name) throw new Error('oidc: the claims give no user name');
  const uid = readings.uid?.(claims);
  if (uid !== undefined && typeof uid !== 'string') throw new Error('oidc: the uid is no text');
  const extra = [...readings.extra].map(([key, read]) => [key, texts(key, read(claims))] as const);
  const filled = extra.filter(([, values]) => values.length);
  const user: UserInfo = {
    name,
    groups: texts('groups', readings.groups?.(claims)),
    ...(uid && { uid }),
    ...(filled.length && { extra: Object.fromEntries(filled) }),
  };
  for (const rule of readings.userRules) rule(user);
  return user;
}

/** groupsReading reads a claim that is a text or a list of texts, each of which gets a prefix; none if it is not there. Pure. */
export function groupsReading(claim: string, prefix: string): Reading {
  return claims => texts(claim, Object.hasOwn(claims, claim) ? claims[claim] : undefined).map(text => prefix + text);
}

/** usernameReading reads the claim that names the user. An address has to be one that the provider has checked, if it says so. Pure. */
export function usernameReading(claim: string, prefix: string): Reading {
  const read = textReading(claim, prefix);
  return claims => {
    if (claim === 'email' && 'email_verified' in claims && claims.email_verified !== true)
      throw new Error('oidc: email not verified');
    return read(claims);
  };
}

/** textReading reads a claim that has to be a text. Pure. */
export function textReading(claim: string, prefix = ''): Reading {
  return claims => {
    const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
    if (value === undefined) throw new Error(`oidc: parse claim ${JSON.stringify(claim)}: claim not present`);
    if (typeof value !== 'string' || !value) throw new Error(`oidc: parse claim ${JSON.stringify(claim)}: no text`);
    return prefix + value;
  };
}

/** requiredClaim is a rule: the claim has to have this very value. Pure. */
export function requiredClaim(claim: string, value: string): (claims: JWTPayload) => void {
  return claims => {
    const found = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
    if (found === undefined) throw new Error(`oidc: required claim ${claim} not present in ID token`);
    if (found !== value) throw new Error(`oidc: required claim ${claim} value does not match`);
  };
}

/** texts takes a text or a list of texts; nothing and an empty text are none. */
function texts(what: string, value: unknown): string[] {
  if (value === undefined || value === null || value === '') return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((item): item is string => typeof item === 'string')) return list;
  throw new Error(`oidc: parse ${JSON.stringify(what)}: neither a text nor a list of texts`);
}
