import { isDNS1123Label, isDNS1123Subdomain, valuesOf, type UserInfo } from '@navarch/apimachinery';
import type { AuthorizationAttributes, Authorizer } from '../interfaces';
import { PlainTextError } from '../status-response';
import { NOSNIFF, forbiddenRequest } from './authorization';
import { authorizeAll } from './authorizers';
import type { Exchange } from './exchange';

/** Impersonated is who a request asks to act as. */
export interface Impersonated {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

/** UIDS_SINCE is the first release that takes on somebody's uid; before, the header says nothing. */
const UIDS_SINCE = 22;

/** impersonatedBy reads the Impersonate-* headers as a release (20, 33) does; undefined without any. Pure. */
export function impersonatedBy(
  headers: Readonly<Record<string, string | undefined>>,
  emulated = 33,
): Impersonated | undefined {
  let seen = false;
  const extra = new Map<string, string[]>();
  for (const header in headers) {
    if (!header.startsWith('impersonate-')) continue;
    seen = true;
    if (!header.startsWith('impersonate-extra-')) continue;
    extra.set(decodeKey(header.slice('impersonate-extra-'.length)), valuesOf(headers, header));
  }
  if (!seen) return undefined;
  const wanted = {
    name: headers['impersonate-user'] ?? '',
    uid: (emulated >= UIDS_SINCE && headers['impersonate-uid']) || '',
    groups: valuesOf(headers, 'impersonate-group'),
    extra,
  };
  if (!wanted.name && (wanted.groups.length || extra.size || wanted.uid)) {
    throw new PlainTextError(`requested [${references(wanted).join(' ')}] without impersonating a user`);
  }
  return wanted.name ? wanted : undefined;
}

/** references shows what was asked for as Go prints object references: kind, namespace, name, uid, version, revision, field. */
function references({ groups, extra, uid }: Impersonated): string[] {
  return [
    ...groups.map(name => `{Group  ${name}    }`),
    ...[...extra].flatMap(([key, values]) =>
      values.map(value => `{UserExtra  ${value}  authentication.k8s.io/v1  ${key}}`),
    ),
    ...(uid ? [`{UID  ${uid}  authentication.k8s.io/v1  }`] : []),
  ];
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // What is no escape stands for itself.
    return key;
  }
}

/** accountOf is the service account that a user's name stands for; undefined if it cannot be one's. */
function accountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace = '', name = ''] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  if (!namespace || isDNS1123Label(namespace).length || isDNS1123Subdomain(name).length) return undefined;
  return { namespace, name };
}

/** checksFor lists what the impersonator must be allowed: the verb impersonate on each thing he takes on. Pure. */
export function checksFor(wanted: Impersonated, impersonator: UserInfo): AuthorizationAttributes[] {
  const base = { user: impersonator, verb: 'impersonate', isResourceRequest: true, version: 'v1', path: '' };
  const account = accountOf(wanted.name);
  const checks: AuthorizationAttributes[] = account
    ? [{ ...base, group: '', resource: 'serviceaccounts', subresource: '', ...account }]
    : [{ ...base, group: '', resource: 'users', subresource: '', namespace: '', name: wanted.name }];
  for (const name of wanted.groups)
    checks.push({ ...base, group: '', resource: 'groups', subresource: '', namespace: '', name });
  const authentication = { ...base, group: 'authentication.k8s.io', namespace: '' };
  for (const [key, values] of wanted.extra) {
    for (const name of values) checks.push({ ...authentication, resource: 'userextras', subresource: key, name });
  }
  if (wanted.uid) checks.push({ ...authentication, resource: 'uids', subresource: '', name: wanted.uid });
  return checks;
}

/** userFor is the UserInfo that the request goes on as. Pure. */
export function userFor(wanted: Impersonated): UserInfo {
  const account = accountOf(wanted.name);
  let groups = [...wanted.groups];
  if (account && !groups.length) groups = ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`];
  if (wanted.name === 'system:anonymous') {
    if (!groups.includes('system:unauthenticated')) groups.push('system:unauthenticated');
  } else if (!groups.includes('system:unauthenticated') && !groups.includes('system:authenticated')) {
    groups.push('system:authenticated');
  }
  return {
    name: wanted.name,
    groups,
    ...(wanted.uid && { uid: wanted.uid }),
    ...(wanted.extra.size && { extra: Object.fromEntries(wanted.extra) }),
  };
}

/** impersonate lets the request go on as somebody else, if its asker may. */
export async function impersonate(
  exchange: Exchange,
  authorizers: readonly Authorizer[],
  emulated: number,
): Promise<void> {
  const wanted = impersonatedBy(exchange.request.headers, emulated);
  if (!wanted) return;
  for (const check of checksFor(wanted, exchange.user)) {
    const decision = await authorizeAll(authorizers, check);
    if (decision.outcome === 'allow') continue;
    exchange.addHeaders(NOSNIFF);
    throw forbiddenRequest(check, decision.reason ?? '');
  }
  exchange.impersonator = exchange.user;
  exchange.user = userFor(wanted);
}
