import type { discoveryv1 } from '@navarch/api';
import {
  field,
  foundIn,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidIP,
  isValidIPv4,
  isValidIPv6,
  isValidLabelValue,
  Path,
  validateLabels,
  type FieldError,
} from '@navarch/apimachinery';
import { PROTOCOLS } from '../../../core/v1/pod/validation/ports';
import { each, IMMUTABLE, oneOf, type Release } from '../../../shared/errors';
import { validateNonSpecialIP } from '../../../shared/ip';
import { topologyOf } from './conversion';

const TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_TOPOLOGY = 16;
const MAX_ZONES = 8;
const maxPorts = ({ emulated }: Release) => (emulated < 21 ? 100 : 20_000);

/** validateSlice checks an EndpointSlice. */
export function validateSlice(slice: discoveryv1.EndpointSlice, release: Release): FieldError[] {
  const { addressType, endpoints = [], ports = [] } = slice;
  const type = Path.at('addressType');
  return [
    ...(addressType ? oneOf(type, addressType, TYPES) : [field.required(type)]),
    ...validateEndpoints(endpoints ?? [], addressType, release),
    ...validatePorts(ports ?? [], release),
  ];
}

function validateEndpoints(endpoints: readonly discoveryv1.Endpoint[], type: string, release: Release): FieldError[] {
  const path = Path.at('endpoints');
  if (endpoints.length > MAX_ENDPOINTS) return [field.tooMany(path, endpoints.length, MAX_ENDPOINTS)];
  return foundIn(endpoints, (endpoint, i) => {
    const at = path.index(i);
    const { addresses = [], hostname } = endpoint;
    const errors: FieldError[] = [];
    if (!addresses?.length) errors.push(field.required(at.child('addresses'), 'must contain at least 1 address'));
    else if (addresses.length > MAX_ADDRESSES)
      errors.push(field.tooMany(at.child('addresses'), addresses.length, MAX_ADDRESSES));
    (addresses ?? []).forEach((address, j) =>
      errors.push(...validateAddress(address, type, at.child('addresses').index(j), release)),
    );
    errors.push(...validateTopology(endpoint, at, release));
    if (hostname !== undefined) errors.push(...each(at.child('hostname'), hostname, isDNS1123Label(hostname, release)));
    return [...errors, ...validateZones(endpoint.hints?.forZones ?? [], at.child('hints', 'forZones'))];
  });
}

function validateZones(zones: readonly discoveryv1.ForZone[], path: Path): FieldError[] {
  if (zones.length > MAX_ZONES) return [field.tooMany(path, zones.length, MAX_ZONES)];
  const seen = new Set<string>();
  return foundIn(zones, ({ name }, i) => {
    const at = path.index(i).child('name');
    const errors = seen.has(name) ? [field.duplicate(at, name)] : [];
    seen.add(name);
    return [...errors, ...each(at, name, isValidLabelValue(name))];
  });
}

/** Release 1.20 knew nodes and zones as labels only, and looks at them as such. */
function validateTopology(endpoint: discoveryv1.Endpoint, path: Path, { emulated }: Release): FieldError[] {
  const { nodeName, deprecatedTopology } = endpoint;
  const labelsOnly = emulated < 21;
  const labels = (labelsOnly ? topologyOf(endpoint) : deprecatedTopology) ?? {};
  const at = path.child(labelsOnly ? 'topology' : 'deprecatedTopology');
  const count = Object.keys(labels).length;
  const nodePath = path.child('nodeName');
  return [
    ...(labelsOnly || nodeName === undefined ? [] : each(nodePath, nodeName, isDNS1123Subdomain(nodeName))),
    ...(count > MAX_TOPOLOGY ? [field.tooMany(at, count, MAX_TOPOLOGY)] : []),
    ...validateLabels(labels, at),
  ];
}

function validateAddress(address: string, type: string, path: Path, release: Release): FieldError[] {
  switch (type) {
    case 'IPv4':
    case 'IPv6': {
      const problems = (type === 'IPv4' ? isValidIPv4 : isValidIPv6)(address, release);
      const errors = each(path, address, problems);
      if (release.emulated < 21) return errors;
      const parsed = isValidIP(address, release).length === 0;
      return [
        ...errors,
        ...(parsed
          ? validateNonSpecialIP(address, path, release)
          : [field.invalid(path, address, 'must be a valid IP address')]),
      ];
    }
    case 'FQDN':
      return validateDomainName(address, path);
    default:
      return [];
  }
}

/** A domain name of two labels at least; it may end with a dot. */
function validateDomainName(text: string, path: Path): FieldError[] {
  if (!text) return [field.required(path)];
  const name = text.replace(/\.$/, '');
  const problems = isDNS1123Subdomain(name);
  if (problems.length) return [field.invalid(path, name, problems.join(','))];
  const labels = name.split('.');
  if (labels.length < 2)
    return [field.invalid(path, name, 'should be a domain with at least two segments separated by dots')];
  const odd = labels.find(label => isDNS1123Label(label).length);
  return odd === undefined ? [] : [field.invalid(path, odd, isDNS1123Label(odd).join(','))];
}

function validatePorts(ports: readonly discoveryv1.EndpointPort[], release: Release): FieldError[] {
  const path = Path.at('ports');
  const max = maxPorts(release);
  if (ports.length > max) return [field.tooMany(path, ports.length, max)];
  const names = new Set<string>();
  return foundIn(ports, ({ name = '', protocol, appProtocol }, i) => {
    const at = path.index(i);
    const errors = name ? each(at.child('name'), name, isDNS1123Label(name, release)) : [];
    if (names.has(name)) errors.push(field.duplicate(at.child('name'), name));
    names.add(name);
    errors.push(
      ...(protocol === undefined
        ? [field.required(at.child('protocol'))]
        : oneOf(at.child('protocol'), protocol, PROTOCOLS)),
    );
    return appProtocol === undefined
      ? errors
      : [...errors, ...each(at.child('appProtocol'), appProtocol, isQualifiedName(appProtocol))];
  });
}

/** validateSliceUpdate: the type of the addresses is fixed. */
export function validateSliceUpdate(
  slice: discoveryv1.EndpointSlice,
  old: discoveryv1.EndpointSlice,
  release: Release,
): FieldError[] {
  const errors = validateSlice(slice, release);
  if (slice.addressType === old.addressType) return errors;
  return [...errors, field.invalid(Path.at('addressType'), slice.addressType, IMMUTABLE)];
}
