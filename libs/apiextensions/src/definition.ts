import type { apiextensionsv1 } from '@navarch/api';
import { caBundleProblem, compareVersions } from '@navarch/kinds';

/** Definition is a CustomResourceDefinition; `Version` one of its versions. */
export type Definition = apiextensionsv1.CustomResourceDefinition;
export type Version = apiextensionsv1.CustomResourceDefinitionVersion;
export type Names = apiextensionsv1.CustomResourceDefinitionNames;
export type Condition = apiextensionsv1.CustomResourceDefinitionCondition;

/** nameOf is the name of a definition: `widgets.example.com`. */
export function nameOf(definition: Definition): string {
  return definition.metadata?.name ?? '';
}

/** isTrue tells whether a definition has a condition with status True. */
export function isTrue({ status }: Definition, type: string): boolean {
  return (status?.conditions ?? []).some(c => c.type === type && c.status === 'True');
}

/**
 * isServed: objects are served once the names are accepted and a webhook that converts them can be known by its certificate; one
 * that was, stays served while a later change of names is not.
 */
export function isServed(definition: Definition, emulated: number): boolean {
  if (isTrue(definition, 'Established')) return true;
  return isTrue(definition, 'NamesAccepted') && !hasWrongBundle(definition, emulated);
}

/** CA_BUNDLES_SINCE is the first release that looks at the certificates of converting webhooks. */
const CA_BUNDLES_SINCE = 31;

/** hasWrongBundle: what a converting webhook is to be known by are no certificates. */
export function hasWrongBundle({ spec }: Definition, emulated: number): boolean {
  const { caBundle } = spec.conversion?.webhook?.clientConfig ?? {};
  return emulated >= CA_BUNDLES_SINCE && caBundleProblem(caBundle) !== undefined;
}

/** warningOf is the warning of a deprecated version: its own, or one that names the best version to use instead. */
export function warningOf({ spec }: Definition, version: Version, kind: string): string | undefined {
  if (!version.deprecated) return undefined;
  if (version.deprecationWarning !== undefined) return version.deprecationWarning;
  const text = `${spec.group}/${version.name} ${kind} is deprecated`;
  const better = [...spec.versions]
    .filter(v => v.served && !v.deprecated && stability(v.name) >= stability(version.name))
    .sort((a, b) => compareVersions(a.name, b.name))[0];
  return better ? `${text}; use ${spec.group}/${better.name} ${kind}` : text;
}

function stability(version: string): number {
  const parts = /^v\d+(alpha|beta)?/.exec(version);
  if (!parts) return 0;
  return parts[1] === undefined ? 3 : parts[1] === 'beta' ? 2 : 1;
}
