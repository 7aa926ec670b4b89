import { rfc3339Micro } from '@navarch/base';
import { isRecord, type UserInfo } from '@navarch/apimachinery';
import type { AuditRecord } from '@navarch/apiserver-runtime';

interface AuditUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: UserInfo['extra'];
}

/** AuditEvent is an Event of audit.k8s.io/v1. */
export interface AuditEvent {
  readonly kind: string;
  readonly apiVersion: string;
  readonly level: string;
  readonly auditID: string;
  readonly stage: string;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: AuditUser;
  readonly impersonatedUser?: AuditUser;
  readonly sourceIPs?: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: { readonly namespace?: string; readonly apiGroup?: string; readonly apiVersion?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  /** requestReceivedTimestamp and stageTimestamp are RFC 3339 with six places. */
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** auditEvent is the event of one stage of a request. Pure. */
export function auditEvent(record: AuditRecord): AuditEvent {
  const { info, user, impersonated, plan, status } = record;
  const { level, omitManagedFields } = plan;
  const request = plan.bodies ? parsed(record.requestBody) : undefined;
  const response = parsed(record.responseBody);
  const sources = [...(record.forwardedFor?.split(',') ?? []), record.remoteAddress ?? '']
    .map(address => address.trim())
    .filter(Boolean);
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level,
    auditID: record.id,
    stage: record.stage,
    requestURI: record.uri,
    verb: info.verb || record.method.toLowerCase(),
    user: userOf(user),
    ...(impersonated && { impersonatedUser: userOf(impersonated) }),
    ...(sources.length && { sourceIPs: [...new Set(sources)] }),
    ...(record.userAgent && { userAgent: record.userAgent }),
    ...(info.isResourceRequest && { objectRef: objectRef(record, request) }),
    ...(status !== undefined && { responseStatus: statusOf(status, response) }),
    ...(request !== undefined && { requestObject: omitManagedFields ? withoutManagedFields(request) : request }),
    ...(level === 'RequestResponse' &&
      response !== undefined && { responseObject: omitManagedFields ? withoutManagedFields(response) : response }),
    requestReceivedTimestamp: rfc3339Micro(record.receivedMs),
    stageTimestamp: rfc3339Micro(record.stageMs),
    ...(record.annotations && { annotations: record.annotations }),
  };
}

/** statusOf is how a request ended; of a failure, what its Status says. */
function statusOf(code: number, response: unknown): { readonly code: number; readonly [more: string]: unknown } {
  if (code < 400 || !isRecord(response) || response['kind'] !== 'Status') return { metadata: {}, code };
  const { status, message, reason, details } = response;
  return { metadata: {}, status, message, reason, details, code };
}

/** withoutManagedFields leaves managedFields out of an object, or of the items of a list. */
function withoutManagedFields(object: unknown): unknown {
  if (!isRecord(object)) return object;
  const { items, metadata } = object;
  if (Array.isArray(items)) return { ...object, items: items.map(withoutManagedFields) };
  if (!isRecord(metadata) || !Object.hasOwn(metadata, 'managedFields')) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

function userOf(user: UserInfo | undefined): AuditUser {
  if (!user) return {};
  return {
    username: user.name,
    ...(user.uid && { uid: user.uid }),
    groups: user.groups,
    ...(user.extra && { extra: user.extra }),
  };
}

/** objectRef is what a request is about; a new object's name comes with its body, where that is kept. */
function objectRef({ info }: AuditRecord, request: unknown) {
  const { resource, namespace, group, version, subresource } = info;
  const metadata = isRecord(request) && isRecord(request['metadata']) ? request['metadata'] : {};
  const { name = info.name, uid, resourceVersion } = metadata;
  return {
    resource,
    ...(namespace && { namespace }),
    ...(info.name || name ? { name: info.name || name } : {}),
    ...(uid ? { uid } : {}),
    ...(group && { apiGroup: group }),
    apiVersion: version,
    ...(resourceVersion ? { resourceVersion } : {}),
    ...(subresource && { subresource }),
  };
}

/** parsed is a body as JSON; undefined for what is none (protobuf, text). */
function parsed(bytes: Buffer | undefined): unknown {
  if (!bytes?.length) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
