import { parseApiVersion } from '@navarch/apimachinery';
import type { ServedVersion } from '../kind';

type Options = Omit<ServedVersion, 'group' | 'version' | 'schema'> & { readonly schema?: string };

const PACKAGES: Readonly<Record<string, string>> = {
  '': 'io.k8s.api.core',
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
  'internal.apiserver.k8s.io': 'io.k8s.api.apiserverinternal',
};

/** schemaName is the definition's name of a built-in kind: `io.k8s.api.apps.v1.Deployment`. */
export function schemaName(group: string, version: string, kind: string): string {
  return `${PACKAGES[group] ?? `io.k8s.api.${group.split('.')[0]!}`}.${version}.${kind}`;
}

/** served declares one apiVersion of a built-in kind; the schema follows from the group unless given. */
export function served(apiVersion: string, kind: string, options: Options = {}): ServedVersion {
  const gv = parseApiVersion(apiVersion);
  if (!gv) throw new Error(`not an apiVersion: ${apiVersion}`);
  return { ...gv, schema: schemaName(gv.group, gv.version, kind), ...options };
}

/** deprecatedFor tells which release deprecated and which one removed a version, and what replaces it: `apps/v1 Deployment`. */
export function deprecatedFor(
  since: string,
  removed?: string,
  replacement?: string,
): NonNullable<ServedVersion['deprecated']> {
  return { in: since, ...(removed && { removed }), ...(replacement && { replacement }) };
}
