import {
  containersOf,
  namedContainers,
  namesWhere,
  podAndContainers,
  quoted,
  type PodCheck,
  type PodParts,
  type VersionedCheck,
} from './violation';

const ALLOWED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
  'image',
]);

/** isWindows: what only Linux has is not asked of other pods, since 1.25. */
const isWindows = ({ spec }: PodParts, minor: number) => minor >= 25 && spec.os?.name === 'windows';

const allowPrivilegeEscalation: PodCheck = (pod, minor) => {
  if (isWindows(pod, minor)) return undefined;
  const names = namesWhere(pod, container => container.securityContext?.allowPrivilegeEscalation !== false);
  if (!names.length) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${namedContainers(names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const capabilities: PodCheck = (pod, minor) => {
  if (isWindows(pod, minor)) return undefined;
  const added = (list: readonly string[] = []) => list.filter(capability => capability !== 'NET_BIND_SERVICE');
  const notDropping = namesWhere(pod, container => !container.securityContext?.capabilities?.drop?.includes('ALL'));
  const adding = namesWhere(pod, container => added(container.securityContext?.capabilities?.add).length > 0);
  const what = [
    ...new Set(containersOf(pod).flatMap(container => added(container.securityContext?.capabilities?.add))),
  ].sort();
  const details = [
    ...(notDropping.length
      ? [`${namedContainers(notDropping)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    ...(adding.length
      ? [`${namedContainers(adding)} must not include ${quoted(what)} in securityContext.capabilities.add`]
      : []),
  ];
  return details.length ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
};

const volumes: PodCheck = ({ spec }) => {
  const typeOf = (volume: object) => Object.keys(volume).find(key => key !== 'name') ?? 'emptyDir';
  const bad = (spec.volumes ?? []).filter(volume => !ALLOWED_VOLUMES.has(typeOf(volume)));
  if (!bad.length) return undefined;
  const types = [...new Set(bad.map(typeOf))].sort();
  const one = bad.length === 1;
  const what = `restricted volume ${types.length === 1 ? 'type' : 'types'} ${quoted(types)}`;
  return {
    reason: 'restricted volume types',
    detail: `${one ? 'volume' : 'volumes'} ${quoted(bad.map(volume => volume.name))} ${one ? 'uses' : 'use'} ${what}`,
  };
};

const runAsNonRoot: PodCheck = pod => {
  const reason = 'runAsNonRoot != true';
  const podValue = pod.spec.securityContext?.runAsNonRoot;
  const explicit = namesWhere(pod, container => container.securityContext?.runAsNonRoot === false);
  if (podValue === false || explicit.length) {
    return {
      reason,
      detail: `${podAndContainers(podValue === false, explicit)} must not set securityContext.runAsNonRoot=false`,
    };
  }
  const implicit = podValue ? [] : namesWhere(pod, container => container.securityContext?.runAsNonRoot === undefined);
  return implicit.length
    ? { reason, detail: `pod or ${namedContainers(implicit)} must set securityContext.runAsNonRoot=true` }
    : undefined;
};

const runAsUser: PodCheck = pod => {
  const names = namesWhere(pod, container => container.securityContext?.runAsUser === 0);
  const podBad = pod.spec.securityContext?.runAsUser === 0;
  return podBad || names.length
    ? { reason: 'runAsUser=0', detail: `${podAndContainers(podBad, names)} must not set runAsUser=0` }
    : undefined;
};

const seccomp: PodCheck = (pod, minor) => {
  if (isWindows(pod, minor)) return undefined;
  const reason = 'seccompProfile';
  const allowed = ['RuntimeDefault', 'Localhost'];
  const bad = (type: string | undefined) => type !== undefined && !allowed.includes(type);
  const podType = pod.spec.securityContext?.seccompProfile?.type;
  const explicit = namesWhere(pod, container => bad(container.securityContext?.seccompProfile?.type));
  if (bad(podType) || explicit.length) {
    const types = [
      podType,
      ...containersOf(pod).map(container => container.securityContext?.seccompProfile?.type),
    ].filter(type => bad(type));
    return {
      reason,
      detail: `${podAndContainers(bad(podType), explicit)} must not set securityContext.seccompProfile.type to ${quoted([...new Set(types as string[])].sort())}`,
    };
  }
  const implicit = podType ? [] : namesWhere(pod, container => !container.securityContext?.seccompProfile);
  if (!implicit.length) return undefined;
  return {
    reason,
    detail: `pod or ${namedContainers(implicit)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

/** restrictedChecks are what the restricted standard asks beside the baseline's, in the order in which messages name them. */
export const restrictedChecks: readonly VersionedCheck[] = [
  { check: allowPrivilegeEscalation, since: 8 },
  { check: capabilities, since: 22 },
  { check: volumes },
  { check: runAsNonRoot },
  { check: runAsUser, since: 23 },
  { check: seccomp, since: 19 },
];
