import type { networkingv1 } from '@navarch/api';
import { field, isCIDR, isValidPortName, isValidPortNum, Path, type FieldError } from '@navarch/apimachinery';
import { BlockList } from 'node:net';
import { each, invalidStruct } from '../../../shared/errors';
import { goStrings } from '../../../shared/go-syntax';
import { validateLabelSelector } from '../../../shared/label-validation';

const SPEC = Path.at('spec');
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const TYPES = ['Ingress', 'Egress'];

/** validateNetworkPolicy checks a NetworkPolicy. */
export function validateNetworkPolicy({
  spec = {} as networkingv1.NetworkPolicySpec,
}: networkingv1.NetworkPolicy): FieldError[] {
  const types = spec.policyTypes ?? [];
  const typesPath = SPEC.child('policyTypes');
  const tooMany = types.length > TYPES.length;
  return [
    ...validateLabelSelector(spec.podSelector, SPEC.child('podSelector')),
    ...(spec.ingress ?? []).flatMap((rule, i) =>
      validateRule(rule.ports, rule.from, 'from', SPEC.child('ingress').index(i)),
    ),
    ...(spec.egress ?? []).flatMap((rule, i) => validateRule(rule.ports, rule.to, 'to', SPEC.child('egress').index(i))),
    ...(tooMany
      ? [
          invalidStruct(
            typesPath,
            goStrings(types, 'networking.PolicyType'),
            'may not specify more than two policyTypes',
          ),
        ]
      : []),
    ...(tooMany
      ? []
      : types.flatMap((type, i) =>
          TYPES.includes(type) ? [] : [field.notSupported(typesPath.index(i), type, TYPES)],
        )),
  ];
}

function validateRule(
  ports: readonly networkingv1.NetworkPolicyPort[] = [],
  peers: readonly networkingv1.NetworkPolicyPeer[] = [],
  side: 'from' | 'to',
  path: Path,
): FieldError[] {
  return [
    ...ports.flatMap((port, i) => validatePort(port, path.child('ports').index(i))),
    ...peers.flatMap((peer, i) => validatePeer(peer, path.child(side).index(i))),
  ];
}

function validatePort({ protocol, port, endPort }: networkingv1.NetworkPolicyPort, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  if (protocol !== undefined && !PROTOCOLS.includes(protocol))
    errors.push(field.notSupported(path.child('protocol'), protocol, PROTOCOLS));
  const at = path.child('port');
  if (typeof port === 'number') errors.push(...each(at, port, isValidPortNum(port)));
  if (typeof port === 'string') errors.push(...each(at, port, isValidPortName(port)));
  const end = path.child('endPort');
  if (endPort === undefined) return errors;
  if (port === undefined) errors.push(field.required(at, 'must be specified when `endPort` is specified'));
  else if (typeof port === 'string')
    errors.push(field.invalid(end, endPort, 'may not be specified when `port` is non-numeric'));
  else if (endPort < port) errors.push(field.invalid(end, endPort, 'must be greater than or equal to `port`'));
  errors.push(...each(end, endPort, isValidPortNum(endPort)));
  return errors;
}

function validatePeer(
  { podSelector, namespaceSelector, ipBlock }: networkingv1.NetworkPolicyPeer,
  path: Path,
): FieldError[] {
  const errors = [
    ...validateLabelSelector(podSelector, path.child('podSelector')),
    ...validateLabelSelector(namespaceSelector, path.child('namespaceSelector')),
    ...(ipBlock ? validateBlock(ipBlock, path.child('ipBlock')) : []),
  ];
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(field.required(path, 'must specify a peer'));
  else if (ipBlock && (podSelector || namespaceSelector))
    errors.push(field.forbidden(path, 'may not specify both ipBlock and another peer'));
  return errors;
}

function validateBlock({ cidr, except = [] }: networkingv1.IPBlock, path: Path): FieldError[] {
  const at = path.child('cidr');
  if (!cidr) return [field.required(at)];
  if (isCIDR(cidr).length) return [field.invalid(at, cidr, 'not a valid CIDR')];
  return except.flatMap((part, i) => {
    const where = path.child('except').index(i);
    if (isCIDR(part).length) return [field.invalid(where, part, 'not a valid CIDR')];
    return isStrictlyWithin(part, cidr) ? [] : [field.invalid(where, part, 'must be a strict subset of `cidr`')];
  });
}

function isStrictlyWithin(inner: string, outer: string): boolean {
  const [address = '', bits = ''] = inner.split('/');
  const [base = '', width = ''] = outer.split('/');
  const family = (ip: string) => (ip.includes(':') ? 'ipv6' : 'ipv4');
  if (family(address) !== family(base) || Number(bits) <= Number(width)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(width), family(base));
  return list.check(address, family(address));
}
