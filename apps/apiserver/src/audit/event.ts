import { rfc3339Micro } from '@navarch/base';
import type { UserInfo } from '@navarch/apimachinery';
import type { AuditRecord } from '@navarch/apiserver-runtime';
import { randomUUID } from 'node:crypto';
import type { Level } from './policy';

/** auditEvent is the line of a finished request, as audit.k8s.io/v1 has it. Pure, but for its identifier. */
export function auditEvent(record: AuditRecord, level: Level): object {
  const { info, user, impersonated } = record;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level,
    auditID: randomUUID(),
    stage: 'ResponseComplete',
    requestURI: record.uri,
    verb: info.verb || record.method.toLowerCase(),
    user: userOf(user),
    ...(impersonated && { impersonatedUser: userOf(impersonated) }),
    ...(record.remoteAddress && { sourceIPs: [record.remoteAddress] }),
    ...(record.userAgent && { userAgent: record.userAgent }),
    ...(info.isResourceRequest && { objectRef: objectRef(record) }),
    responseStatus: { metadata: {}, code: record.status },
    ...((level === 'Request' || level === 'RequestResponse') && body('requestObject', record.requestBody)),
    ...(level === 'RequestResponse' && body('responseObject', record.responseBody)),
    requestReceivedTimestamp: rfc3339Micro(record.receivedMs),
    stageTimestamp: rfc3339Micro(record.finishedMs),
    annotations: {
      'authorization.k8s.io/decision': record.decision === undefined ? 'forbid' : 'allow',
      'authorization.k8s.io/reason': record.decision ?? '',
      ...record.annotations,
    },
  };
}

function userOf(user: UserInfo | undefined) {
  if (!user) return {};
  return {
    username: user.name,
    ...(user.uid && { uid: user.uid }),
    groups: user.groups,
    ...(user.extra && { extra: user.extra }),
  };
}

function objectRef({ info }: AuditRecord) {
  const { resource, namespace, name, group, version, subresource } = info;
  return {
    resource,
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(group && { apiGroup: group }),
    apiVersion: version,
    ...(subresource && { subresource }),
  };
}

/** body is an object that was sent; what is no JSON (protobuf) is left out. */
function body(key: string, bytes: Buffer | undefined): Record<string, unknown> {
  if (!bytes?.length) return {};
  try {
    return { [key]: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return {};
  }
}
