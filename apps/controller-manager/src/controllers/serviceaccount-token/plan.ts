import type { corev1 } from '@navarch/api';

export const TOKEN_TYPE = 'kubernetes.io/service-account-token';
export const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
export const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

/** accountNameOf is the account that a token secret names; undefined if it is no token secret. */
export function accountNameOf({ type, metadata }: corev1.Secret): string | undefined {
  return type === TOKEN_TYPE ? metadata?.annotations?.[ACCOUNT_NAME] || undefined : undefined;
}

/** belongsTo: the secret is for this very account: of its name, and of its uid if it says one. */
export function belongsTo(secret: corev1.Secret, { metadata }: corev1.ServiceAccount): boolean {
  const uid = secret.metadata?.annotations?.[ACCOUNT_UID];
  return (
    secret.metadata?.namespace === metadata?.namespace &&
    accountNameOf(secret) === metadata?.name &&
    (!uid || uid === metadata?.uid)
  );
}

const encode = (text: string) => Buffer.from(text, 'utf8').toString('base64');

/** filled gives a token secret what it lacks; undefined if it lacks nothing. A token that is there stays. */
export function filled(
  secret: corev1.Secret,
  account: corev1.ServiceAccount,
  rootCa: string,
  token: string,
): corev1.Secret | undefined {
  const { data = {}, metadata } = secret;
  const wanted = {
    ...data,
    ...(rootCa && { 'ca.crt': encode(rootCa) }),
    namespace: data.namespace || encode(metadata?.namespace ?? ''),
    token: data.token || encode(token),
  };
  const names = { [ACCOUNT_NAME]: account.metadata?.name ?? '', [ACCOUNT_UID]: account.metadata?.uid ?? '' };
  const same =
    Object.entries(wanted).every(([name, value]) => data[name] === value) &&
    Object.entries(names).every(([name, value]) => metadata?.annotations?.[name] === value);
  if (same) return undefined;
  return { ...secret, metadata: { ...metadata, annotations: { ...metadata?.annotations, ...names } }, data: wanted };
}
