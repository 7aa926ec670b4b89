import type { KindDefinition, Minor, ServedVersion } from '@navarch/kinds';

/** storedVersion is the version a release stores objects in: the newest `storedSince` that is reached, the hub else. Pure. */
export function storedVersion(kind: KindDefinition, emulated: Minor): ServedVersion {
  let best: ServedVersion | undefined;
  for (const version of kind.versions) {
    if (version.storedSince === undefined || version.storedSince > emulated) continue;
    if (!best || version.storedSince > best.storedSince!) best = version;
  }
  return best ?? hubVersion(kind);
}

/** hubVersion is the version that strategy, defaults and columns speak. */
export function hubVersion(kind: KindDefinition): ServedVersion {
  const hub = kind.versions.find(v => v.group === kind.resource.group && v.version === kind.resource.version);
  if (!hub) throw new Error(`${kind.resource.kind}: no hub version`);
  return hub;
}

/** deprecationWarning is the Warning of a deprecated version; undefined for others. Pure. */
export function deprecationWarning(version: ServedVersion, kind: string): string | undefined {
  const { deprecated, deprecationWarning: own } = version;
  if (own !== undefined) return own;
  if (!deprecated) return undefined;
  const apiVersion = version.group ? `${version.group}/${version.version}` : version.version;
  const removed = deprecated.removed ? `, unavailable in v${deprecated.removed}+` : '';
  const replacement = deprecated.replacement ? `; use ${deprecated.replacement}` : '';
  return `${apiVersion} ${kind} is deprecated in v${deprecated.in}+${removed}${replacement}`;
}
