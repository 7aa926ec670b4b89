import type { Minor } from '@navarch/kinds';

/** Subject is what the token of an account may be bound to besides, or the account itself. */
export type Subject = 'account' | 'secret' | 'pod' | 'node';

/** TokenRefusals are the words for why a token of a service account is not believed. */
export interface TokenRefusals {
  readonly expired: string;
  readonly early: string;
  readonly invalidated: string;
  readonly notTheCopy: string;
  /** accountGone: the account is being deleted. */
  accountGone(namespace: string, name: string): string;
  /** otherUid: what is there now is another one of that name. */
  otherUid(subject: Subject, present: string, claimed: string): string;
}

const TITLES: Readonly<Record<Subject, string>> = {
  account: 'ServiceAccount',
  secret: 'Secret',
  pod: 'Pod',
  node: 'Node',
};

const FIRST: TokenRefusals = {
  expired: 'Token has expired.',
  early: 'Token could not be validated.',
  invalidated: 'Token has been invalidated',
  notTheCopy: "Token does not match server's copy",
  accountGone: (namespace, name) => `ServiceAccount ${namespace}/${name} has been deleted`,
  otherUid: (subject, present, claimed) => `${TITLES[subject]} UID (${present}) does not match claim (${claimed})`,
};

const PRESENT: TokenRefusals = {
  expired: 'service account token has expired',
  early: 'service account token is not valid yet',
  invalidated: 'service account token has been invalidated',
  notTheCopy: "service account token does not match server's copy",
  accountGone: (namespace, name) => `service account ${namespace}/${name} has been deleted`,
  otherUid: (subject, present, claimed) =>
    subject === 'account'
      ? `service account UID (${present}) does not match claim (${claimed})`
      : `${subject} UID (${present}) does not match service account ${subject} ref claim (${claimed})`,
};

/** PRESENT_SINCE is the first release that words them as today. */
const PRESENT_SINCE: Minor = 21;

/** tokenRefusals are the words of a release. */
export const tokenRefusals = (emulated: Minor): TokenRefusals => (emulated < PRESENT_SINCE ? FIRST : PRESENT);
