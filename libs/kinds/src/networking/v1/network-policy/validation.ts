import type { networkingv1 } from '@navarch/api';
import { field, foundIn, isCIDR, isValidPortName, isValidPortNum, Path, type FieldError } from '@navarch/apimachinery';
import { BlockList } from 'node:net';
import { each, invalidStruct, type Release } from '../../../shared/errors';
import { goStrings } from '../../../shared/go-syntax';
import { validateLabelSelector } from '../../../shared/label-validation';

const SPEC = Path.at('spec');
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const TYPES = ['Ingress', 'Egress'];
/** CIDRS_ALIKE is the first release that says of blocks what it says of all others. */
const CIDRS_ALIKE = 30;

/** validateNetworkPolicy checks a NetworkPolicy. */
export function validateNetworkPolicy(
  { spec = {} as networkingv1.NetworkPolicySpec }: networkingv1.NetworkPolicy,
  release: Release,
): FieldError[] {
  const types = spec.policyTypes ?? [];
  const typesPath = SPEC.child('policyTypes');
  const tooMany = types.length > TYPES.length;
  return [
    ...validateLabelSelector(spec.podSelector, SPEC.child('podSelector'), release),
    ...foundIn(spec.ingress, (rule, i) =>
      validateRule(rule.ports, rule.from, 'from', SPEC.child('ingress').index(i), release),
    ),
    ...foundIn(spec.egress, (rule, i) =>
      validateRule(rule.ports, rule.to, 'to', SPEC.child('egress').index(i), release),
    ),
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
      : foundIn(types, (type, i) =>
          TYPES.includes(type) ? [] : [field.notSupported(typesPath.index(i), type, TYPES)],
        )),
  ];
}

function validateRule(
  ports: readonly networkingv1.NetworkPolicyPort[] = [],
  peers: readonly networkingv1.NetworkPolicyPeer[] = [],
  side: 'from' | 'to',
  path: Path,
  release: Release,
): FieldError[] {
  return [
    ...foundIn(ports, (port, i) => validatePort(port, path.child('ports').index(i))),
    ...foundIn(peers, (peer, i) => validatePeer(peer, path.child(side).index(i), release)),
  ];
}

function validatePort({ protocol, port, endPort }: networkingv1.NetworkPolicyPort, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  if (protocol !== undefined && !PROTOCOLS.includes(protocol))
    errors.push(field.notSupported(path.child('protocol'), protocol, PROTOCOLS));
  const at = path.child('port');
  const end = path.child('endPort');
  if (typeof port === 'number') {
    errors.push(...each(at, port, isValidPortNum(port)));
    if (endPort === undefined) return errors;
    // What is shown is the port, not the end.
    if (endPort < port) errors.push(field.invalid(end, port, 'must be greater than or equal to `port`'));
    return [...errors, ...each(end, endPort, isValidPortNum(endPort))];
  }
  if (endPort !== undefined) {
    const why = port === undefined ? 'not specified' : 'non-numeric';
    errors.push(field.invalid(end, endPort, `may not be specified when \`port\` is ${why}`));
  }
  return port === undefined ? errors : [...errors, ...each(at, port, isValidPortName(port))];
}

function validatePeer(
  { podSelector, namespaceSelector, ipBlock }: networkingv1.NetworkPolicyPeer,
  path: Path,
  release: Release,
): FieldError[] {
  const errors = [
    ...validateLabelSelector(podSelector, path.child('podSelector'), release),
    ...validateLabelSelector(namespaceSelector, path.child('namespaceSelector'), release),
    ...(ipBlock ? validateBlock(ipBlock, path.child('ipBlock'), release) : []),
  ];
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(field.required(path, 'must specify a peer'));
  else if (ipBlock && (podSelector || namespaceSelector))
    errors.push(field.forbidden(path, 'may not specify both ipBlock and another peer'));
  return errors;
}

function validateBlock({ cidr, except = [] }: networkingv1.IPBlock, path: Path, { emulated }: Release): FieldError[] {
  const at = path.child('cidr');
  if (!cidr) return [field.required(at)];
  const malformed = (text: string, where: Path) =>
    isCIDR(text, { emulated }).map(detail =>
      field.invalid(where, text, emulated < CIDRS_ALIKE ? 'not a valid CIDR' : detail),
    );
  const errors = malformed(cidr, at);
  if (errors.length) return errors;
  return foundIn(except, (part, i) => {
    const where = path.child('except').index(i);
    const wrong = malformed(part, where);
    if (wrong.length || isStrictlyWithin(part, cidr)) return wrong;
    return [field.invalid(where, part, 'must be a strict subset of `cidr`')];
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
