import type { AuditEvent } from './event';

/** FORMATS are how the log shows an event: a line of JSON, or one of text (legacy). */
export const FORMATS = ['legacy', 'json'] as const;
export type Format = (typeof FORMATS)[number];

const V1 = 'audit.k8s.io/v1';
const V1BETA1 = 'audit.k8s.io/v1beta1';
const V1ALPHA1 = 'audit.k8s.io/v1alpha1';
/** LAST_WITH_OLD_VERSIONS is the last release that writes and reads versions before v1. */
const LAST_WITH_OLD_VERSIONS = 23;
/** LAST_WITHOUT_AGENT is the last release whose lines do not tell the user agent. */
const LAST_WITHOUT_AGENT = 20;

/** auditVersions are the apiVersions of audit.k8s.io in a release, newest first. */
export function auditVersions(emulated: number): readonly string[] {
  return emulated <= LAST_WITH_OLD_VERSIONS ? [V1, V1BETA1, V1ALPHA1] : [V1];
}

/** inVersion is an event as an older version has it: with its times twice, and in v1alpha1 with group and version in one. Pure. */
export function inVersion(event: AuditEvent, apiVersion: string): object {
  if (apiVersion === V1) return event;
  const { kind, apiVersion: _, level, objectRef, requestReceivedTimestamp, stageTimestamp, ...rest } = event;
  const seconds = (time: string) => time.replace(/\.\d+/, '');
  const { apiGroup, ...reference } = objectRef ?? {};
  const joined = apiGroup ? { ...reference, apiVersion: `${apiGroup}/${reference.apiVersion ?? ''}` } : reference;
  return {
    ...{ kind, apiVersion },
    metadata: { creationTimestamp: seconds(stageTimestamp) },
    ...{ level, timestamp: seconds(requestReceivedTimestamp) },
    ...rest,
    ...(objectRef && { objectRef: apiVersion === V1ALPHA1 ? joined : objectRef }),
    ...{ requestReceivedTimestamp, stageTimestamp },
  };
}

/** legacyLine is an event as a line of text. Bodies and annotations are not told. Pure. */
export function legacyLine(event: AuditEvent, emulated: number): string {
  const { user, impersonatedUser: other, sourceIPs = [], objectRef, responseStatus } = event;
  const name = user.username;
  const told: readonly (readonly [key: string, value: string])[] = [
    ['id', event.auditID],
    ['stage', event.stage],
    ['ip', sourceIPs[0] ?? '<unknown>'],
    ['method', event.verb],
    ['user', name || '<none>'],
    ['groups', name && user.groups?.length ? listed(user.groups) : '<none>'],
    ['as', other ? (other.username ?? '') : '<self>'],
    ['asgroups', other?.groups ? listed(other.groups) : '<lookup>'],
    ...(emulated > LAST_WITHOUT_AGENT ? [['user-agent', event.userAgent ?? ''] as const] : []),
    ['namespace', objectRef?.namespace || '<none>'],
    ['uri', event.requestURI],
    ['response', String(responseStatus?.code ?? '<deferred>')],
  ];
  const time = event.requestReceivedTimestamp.replace(/\.?0*Z$/, 'Z');
  return `${time} AUDIT: ${told.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(' ')}`;
}

const listed = (texts: readonly string[]) => texts.map(text => JSON.stringify(text)).join(',');
