import type { discoveryv1 } from '@navarch/api';
import {
  field,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidIPv4,
  isValidIPv6,
  Path,
  validateLabels,
  type FieldError,
} from '@navarch/apimachinery';
import type { StrategyContext } from '../../../kind';
import { PROTOCOLS } from '../../../core/v1/pod/validation/ports';
import { each, IMMUTABLE, oneOf } from '../../../shared/errors';
import { validateNonSpecialIP } from '../../../shared/ip';

const TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;

/** validateSlice checks an EndpointSlice. */
export function validateSlice(slice: discoveryv1.EndpointSlice, context: StrategyContext): FieldError[] {
  const { addressType, endpoints = [], ports = [] } = slice;
  const type = Path.at('addressType');
  return [
    ...(addressType ? oneOf(type, addressType, TYPES) : [field.required(type)]),
    ...validateEndpoints(endpoints ?? [], addressType, context),
    ...validatePorts(ports ?? []),
  ];
}

function validateEndpoints(
  endpoints: readonly discoveryv1.Endpoint[],
  type: string,
  { apiVersion }: StrategyContext,
): FieldError[] {
  const path = Path.at('endpoints');
  if (endpoints.length > MAX_ENDPOINTS) return [field.tooMany(path, endpoints.length, MAX_ENDPOINTS)];
  const topology = apiVersion.endsWith('/v1beta1') ? 'topology' : 'deprecatedTopology';
  return endpoints.flatMap((endpoint, i) => {
    const at = path.index(i);
    const { addresses = [], hostname, deprecatedTopology } = endpoint;
    const errors: FieldError[] = [];
    if (!addresses?.length) errors.push(field.required(at.child('addresses'), 'must contain at least 1 address'));
    else if (addresses.length > MAX_ADDRESSES)
      errors.push(field.tooMany(at.child('addresses'), addresses.length, MAX_ADDRESSES));
    (addresses ?? []).forEach((address, j) =>
      errors.push(...validateAddress(address, type, at.child('addresses').index(j))),
    );
    errors.push(...validateLabels(deprecatedTopology, at.child(topology)));
    if (hostname !== undefined) errors.push(...each(at.child('hostname'), hostname, isDNS1123Label(hostname)));
    return errors;
  });
}

function validateAddress(address: string, type: string, path: Path): FieldError[] {
  switch (type) {
    case 'IPv4':
    case 'IPv6': {
      const problems = (type === 'IPv4' ? isValidIPv4 : isValidIPv6)(address);
      return problems.length ? each(path, address, problems) : validateNonSpecialIP(address, path);
    }
    case 'FQDN':
      return each(path, address, isDNS1123Subdomain(address));
    default:
      return [];
  }
}

function validatePorts(ports: readonly discoveryv1.EndpointPort[]): FieldError[] {
  const path = Path.at('ports');
  if (ports.length > MAX_PORTS) return [field.tooMany(path, ports.length, MAX_PORTS)];
  const names = new Set<string>();
  return ports.flatMap(({ name = '', protocol, appProtocol }, i) => {
    const at = path.index(i);
    const errors = name ? each(at.child('name'), name, isDNS1123Label(name)) : [];
    if (names.has(name)) errors.push(field.duplicate(at.child('name'), name));
    names.add(name);
    errors.push(
      ...(protocol ? oneOf(at.child('protocol'), protocol, PROTOCOLS) : [field.required(at.child('protocol'))]),
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
  context: StrategyContext,
): FieldError[] {
  const errors = validateSlice(slice, context);
  if (slice.addressType === old.addressType) return errors;
  return [...errors, field.invalid(Path.at('addressType'), slice.addressType, IMMUTABLE)];
}
