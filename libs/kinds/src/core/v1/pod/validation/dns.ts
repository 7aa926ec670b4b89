import type { corev1 } from '@navarch/api';
import {
  field,
  foundIn,
  isDNS1123Subdomain,
  isUnderscoredSubdomain,
  isValidIP,
  type FieldError,
  type Path,
} from '@navarch/apimachinery';
import { each, invalidStruct, type Release } from '../../../../shared/errors';
import { goStrings } from '../../../../shared/go-syntax';

const POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const NAMESERVERS = 3;

/** validateDNSPolicy checks spec.dnsPolicy. */
export function validateDNSPolicy(policy: string | undefined, path: Path): FieldError[] {
  if (!policy) return [field.required(path)];
  return POLICIES.includes(policy) ? [] : [field.notSupported(path, policy, POLICIES)];
}

/** validateDNSConfig checks spec.dnsConfig, which the policy None needs. */
export function validateDNSConfig(
  config: corev1.PodDNSConfig | undefined,
  policy: string | undefined,
  path: Path,
  release: Release,
): FieldError[] {
  const errors: FieldError[] = [];
  if (policy === 'None') {
    if (!config) return [field.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (!config.nameservers?.length) {
      return [
        field.required(path.child('nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None'),
      ];
    }
  }
  if (!config) return errors;
  const { nameservers = [], searches = [], options = [] } = config;
  const [maxSearches, maxSearchText] = release.emulated >= EXPANDED ? [32, 2048] : [6, 256];
  const list = (path: Path, values: string[], detail: string) => invalidStruct(path, goStrings(values), detail);
  if (nameservers.length > NAMESERVERS) {
    errors.push(list(path.child('nameservers'), nameservers, `must not have more than ${NAMESERVERS} nameservers`));
  }
  nameservers.forEach((ip, i) => {
    if (isValidIP(ip, release).length)
      errors.push(field.invalid(path.child('nameservers').index(i), ip, 'must be valid IP address'));
  });
  if (searches.length > maxSearches) {
    errors.push(list(path.child('searches'), searches, `must not have more than ${maxSearches} search paths`));
  }
  if (searches.join(' ').length > maxSearchText) {
    errors.push(
      list(
        path.child('searches'),
        searches,
        `must not have more than ${maxSearchText} characters (including spaces) in the search list`,
      ),
    );
  }
  searches.forEach((search, i) => errors.push(...validateSearch(search, path.child('searches').index(i), release)));
  options.forEach(({ name }, i) => {
    if (!name) errors.push(field.required(path.child('options').index(i), 'must not be empty'));
  });
  return errors;
}

/** EXPANDED is the first release that takes more and longer searches, RELAXED that which takes underscores, and the root. */
const EXPANDED = 26;
const RELAXED = 33;

function validateSearch(search: string, path: Path, { emulated }: Release): FieldError[] {
  if (emulated < EXPANDED) return each(path, search, isDNS1123Subdomain(search));
  if (emulated >= RELAXED && search === '.') return [];
  const name = search.endsWith('.') ? search.slice(0, -1) : search;
  return each(path, name, emulated < RELAXED ? isDNS1123Subdomain(name) : isUnderscoredSubdomain(name));
}

/** validateHostAliases checks the lines a pod adds to its hosts file. */
export function validateHostAliases(
  aliases: readonly corev1.HostAlias[] | undefined,
  path: Path,
  release: Release,
): FieldError[] {
  return foundIn(aliases, ({ ip = '', hostnames }) => [
    ...(isValidIP(ip, release).length ? [field.invalid(path.child('ip'), ip, 'must be valid IP address')] : []),
    ...foundIn(hostnames, name => each(path.child('hostnames'), name, isDNS1123Subdomain(name))),
  ]);
}
