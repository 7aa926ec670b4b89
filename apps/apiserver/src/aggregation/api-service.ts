import type { apiregistrationv1 } from '@navarch/api';
import { rfc3339 } from '@navarch/base';
import { apiPriority, type AnnouncedVersion } from '@navarch/kinds';
import type { ServedGroupVersion } from '@navarch/apiserver-runtime';

type APIService = apiregistrationv1.APIService;
type Condition = apiregistrationv1.APIServiceCondition;

/** AUTOMANAGED is the label of the APIServices that the server makes of what it serves; others are left alone. */
export const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged';
/** AT_START marks those of built-in groups, ALWAYS those of custom resources, which change while the server runs. */
export const AT_START = 'onstart';
export const ALWAYS = 'true';

/** OWN_GROUP is served by the aggregator itself and has no APIService. */
export const OWN_GROUP = 'apiregistration.k8s.io';

/** LOCAL is what is found out about what this server serves itself. */
export const LOCAL: Availability = {
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};

/** apiServiceName is the only name that the APIService of a group version can have. */
export const apiServiceName = (group: string, version: string): string => `${version}.${group}`;

/** localApiService announces a group version that this server serves itself. Pure. */
export function localApiService({ group, version, custom }: ServedGroupVersion): APIService {
  const priority = apiPriority(group, version);
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: apiServiceName(group, version), labels: { [AUTOMANAGED]: custom ? ALWAYS : AT_START } },
    spec: {
      ...(group && { group }),
      version,
      groupPriorityMinimum: priority.group,
      versionPriority: priority.version,
    },
  } as APIService;
}

/** announcedVersion is the place in discovery that an APIService gives its group version. Pure. */
export function announcedVersion({ spec }: APIService): AnnouncedVersion {
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0 } = spec ?? {};
  return { group, version, priority: { group: groupPriorityMinimum, version: versionPriority } };
}

/** isAvailable reads the condition Available. Pure. */
export function isAvailable({ status }: APIService): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Available' && is === 'True') ?? false;
}

/** Availability is what is found out about an APIService, as its condition says it. */
export interface Availability {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** withAvailability is the status with the condition Available as found; undefined if it says so already. Pure. */
export function withAvailability(
  { status }: APIService,
  found: Availability,
  now: number,
): APIService['status'] | undefined {
  const conditions = status?.conditions ?? [];
  const old = conditions.find(({ type }) => type === 'Available');
  if (old && old.status === found.status && old.reason === found.reason && old.message === found.message)
    return undefined;
  const changed: Condition = {
    type: 'Available',
    status: found.status,
    lastTransitionTime: old && old.status === found.status ? old.lastTransitionTime : rfc3339(now),
    reason: found.reason,
    message: found.message,
  };
  return { ...status, conditions: [...conditions.filter(condition => condition !== old), changed] };
}
