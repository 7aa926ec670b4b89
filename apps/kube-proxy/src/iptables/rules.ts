import { clusterEndpoints, localEndpoints, type Endpoint, type ServicePort } from '../services/service-port';
import { CHAINS, clusterChain, endpointChain, externalChain, firewallChain, localChain } from './chains';

/** Table is a table's chains, each with its rules (without `-A CHAIN`), in the order in which they apply. */
export type Table = ReadonlyMap<string, readonly string[]>;
export interface RuleSet {
  readonly nat: Table;
  readonly filter: Table;
}

export interface RuleOptions {
  /** clusterCIDR is the pods' range: what comes from elsewhere to a cluster IP is masqueraded. '' = unknown. */
  readonly clusterCIDR: string;
  /** masqueradeAll masquerades all traffic to service addresses. */
  readonly masqueradeAll: boolean;
  /** masqueradeBit is the packet mark's bit, 14 unless an operator has other use for it. */
  readonly masqueradeBit: number;
}

/** The mutable side of a Table while it is being built. */
class Chains extends Map<string, string[]> {
  chain(name: string): string[] {
    let rules = this.get(name);
    if (!rules) this.set(name, (rules = []));
    return rules;
  }
}

/** rulesFor is the whole rule set for these service ports. Pure; equal inputs give equal rules in equal order. */
export function rulesFor(ports: readonly ServicePort[], options: RuleOptions): RuleSet {
  const nat = new Chains();
  const filter = new Chains();
  for (const name of [CHAINS.services, CHAINS.nodePorts, CHAINS.postrouting, CHAINS.markMasq]) nat.chain(name);
  for (const name of [CHAINS.services, CHAINS.externalServices, CHAINS.nodePorts, CHAINS.forward, CHAINS.firewall])
    filter.chain(name);
  addFrame(nat, filter, options);
  for (const port of ports) addServicePort(nat, filter, port, options);
  // Last, so that service addresses win over node ports.
  nat
    .chain(CHAINS.services)
    .push(
      `-m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j ${CHAINS.nodePorts}`,
    );
  return { nat, filter };
}

function addFrame(nat: Chains, filter: Chains, { masqueradeBit }: RuleOptions): void {
  const mark = `0x${(2 ** masqueradeBit).toString(16)}`;
  nat.chain(CHAINS.postrouting).push(
    `-m mark ! --mark ${mark}/${mark} -j RETURN`,
    // The mark is taken off, so that the packet is not masqueraded again on its way through other interfaces.
    `-j MARK --xor-mark ${mark}`,
    '-m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
  );
  nat.chain(CHAINS.markMasq).push(`-j MARK --or-mark ${mark}`);
  filter
    .chain(CHAINS.forward)
    .push(
      '-m conntrack --ctstate INVALID -j DROP',
      `-m comment --comment "kubernetes forwarding rules" -m mark --mark ${mark}/${mark} -j ACCEPT`,
      '-m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    );
}

function addServicePort(nat: Chains, filter: Chains, port: ServicePort, options: RuleOptions): void {
  const cluster = clusterEndpoints(port);
  const local = localEndpoints(port);
  const clusterName = clusterChain(port.name, port.protocol);
  const localName = localChain(port.name, port.protocol);
  const isExternal = port.nodePort > 0 || port.externalIPs.length > 0 || port.loadBalancerIPs.length > 0;
  const usesCluster = cluster.length > 0 && (!port.internalLocal || (isExternal && !port.externalLocal));
  const usesLocal = local.length > 0 && (port.internalLocal || (isExternal && port.externalLocal));

  addInternal(
    nat,
    filter,
    port,
    port.internalLocal ? localName : clusterName,
    port.internalLocal ? local : cluster,
    options,
  );
  if (isExternal) addExternal(nat, filter, port, port.externalLocal ? local : cluster, options);
  if (usesCluster) balance(nat, clusterName, port, cluster);
  if (usesLocal) balance(nat, localName, port, local);
  for (const endpoint of new Set([...(usesCluster ? cluster : []), ...(usesLocal ? local : [])]))
    addEndpoint(nat, port, endpoint);
}

const comment = (text: string) => `-m comment --comment ${JSON.stringify(text)}`;
const to = (ip: string, protocol: string, port: number) => `-d ${ip}/32 -p ${protocol} -m ${protocol} --dport ${port}`;

/** addInternal leads the cluster IP to its chain, or refuses where nothing could answer. */
function addInternal(
  nat: Chains,
  filter: Chains,
  port: ServicePort,
  chain: string,
  endpoints: readonly Endpoint[],
  options: RuleOptions,
): void {
  const protocol = port.protocol.toLowerCase();
  const match = to(port.clusterIP, protocol, port.port);
  if (!endpoints.length) {
    filter.chain(CHAINS.services).push(refuse(port, match, port.internalLocal && port.endpoints.some(e => e.ready)));
    return;
  }
  nat.chain(CHAINS.services).push(`${match} ${comment(`${port.name} cluster IP`)} -j ${chain}`);
  const fromOutside = options.masqueradeAll ? '' : options.clusterCIDR ? `! -s ${options.clusterCIDR} ` : undefined;
  if (fromOutside !== undefined) {
    nat.chain(chain).unshift(`${fromOutside}${match} ${comment(`${port.name} cluster IP`)} -j ${CHAINS.markMasq}`);
  }
}

/**
 * refuse answers at once instead of letting clients time out; the Local policy drops, so that load balancers look elsewhere.
 * TCP gets a reset: the kernel holds back ICMP beyond about one a second to the same host, and those clients would wait.
 */
function refuse(port: ServicePort, match: string, drop: boolean): string {
  const why = drop ? `${port.name} has no local endpoints` : `${port.name} has no endpoints`;
  const reject = `REJECT --reject-with ${port.protocol === 'TCP' ? 'tcp-reset' : 'icmp-port-unreachable'}`;
  return `${match} ${comment(why)} -j ${drop ? 'DROP' : reject}`;
}

function addExternal(
  nat: Chains,
  filter: Chains,
  port: ServicePort,
  endpoints: readonly Endpoint[],
  options: RuleOptions,
): void {
  const protocol = port.protocol.toLowerCase();
  const external = externalChain(port.name, port.protocol);
  const addresses = [
    ...port.externalIPs.map(ip => ({ ip, text: `${port.name} external IP`, target: external })),
    ...port.loadBalancerIPs.map(ip => ({
      ip,
      text: `${port.name} loadbalancer IP`,
      target: port.loadBalancerSourceRanges.length ? firewallChain(port.name, port.protocol) : external,
    })),
  ];
  const nodePort = `-p ${protocol} -m ${protocol} --dport ${port.nodePort}`;
  if (!endpoints.length) {
    const drop = port.externalLocal && clusterEndpoints(port).length > 0;
    for (const { ip } of addresses)
      filter.chain(CHAINS.externalServices).push(refuse(port, to(ip, protocol, port.port), drop));
    if (port.nodePort) {
      filter.chain(CHAINS.externalServices).push(refuse(port, `-m addrtype --dst-type LOCAL ${nodePort}`, drop));
    }
    return;
  }
  for (const { ip, text, target } of addresses)
    nat.chain(CHAINS.services).push(`${to(ip, protocol, port.port)} ${comment(text)} -j ${target}`);
  if (port.nodePort) nat.chain(CHAINS.nodePorts).push(`${nodePort} ${comment(port.name)} -j ${external}`);
  if (port.loadBalancerSourceRanges.length && port.loadBalancerIPs.length) addFirewall(nat, filter, port, external);
  addExternalChain(nat.chain(external), port, options);
}

/** addExternalChain: masquerade, so that answers come back this way; under the Local policy keep the client's address. */
function addExternalChain(rules: string[], port: ServicePort, options: RuleOptions): void {
  const cluster = clusterChain(port.name, port.protocol);
  if (!port.externalLocal) {
    rules.push(
      `${comment(`masquerade traffic for ${port.name} external destinations`)} -j ${CHAINS.markMasq}`,
      `-j ${cluster}`,
    );
    return;
  }
  if (options.clusterCIDR && clusterEndpoints(port).length) {
    rules.push(
      `-s ${options.clusterCIDR} ${comment(`pod traffic for ${port.name} external destinations`)} -j ${cluster}`,
    );
  }
  if (clusterEndpoints(port).length) {
    rules.push(
      `${comment(`masquerade LOCAL traffic for ${port.name} external destinations`)} -m addrtype --src-type LOCAL -j ${CHAINS.markMasq}`,
      `${comment(`route LOCAL traffic for ${port.name} external destinations`)} -m addrtype --src-type LOCAL -j ${cluster}`,
    );
  }
  rules.push(`-j ${localChain(port.name, port.protocol)}`);
}

function addFirewall(nat: Chains, filter: Chains, port: ServicePort, external: string): void {
  const protocol = port.protocol.toLowerCase();
  const rules = nat.chain(firewallChain(port.name, port.protocol));
  for (const range of port.loadBalancerSourceRanges)
    rules.push(`-s ${range} ${comment(`${port.name} loadbalancer IP`)} -j ${external}`);
  rules.push(`${comment(`other traffic to ${port.name} will be dropped by ${CHAINS.firewall}`)}`);
  for (const ip of port.loadBalancerIPs) {
    filter
      .chain(CHAINS.firewall)
      .push(
        `${to(ip, protocol, port.port)} ${comment(`${port.name} traffic not accepted by ${firewallChain(port.name, port.protocol)}`)} -j DROP`,
      );
  }
}

/** balance spreads over the endpoints by chance, evenly; with affinity, clients that came lately go where they went. */
function balance(nat: Chains, chain: string, port: ServicePort, endpoints: readonly Endpoint[]): void {
  const rules = nat.chain(chain);
  const target = (e: Endpoint) => endpointChain(port.name, port.protocol, `${e.ip}:${e.port}`);
  if (port.affinitySeconds) {
    for (const e of endpoints) {
      const text = comment(`${port.name} -> ${e.ip}:${e.port}`);
      rules.push(
        `${text} -m recent --name ${target(e)} --rcheck --seconds ${port.affinitySeconds} --reap -j ${target(e)}`,
      );
    }
  }
  endpoints.forEach((e, i) => {
    const left = endpoints.length - i;
    const chance = left > 1 ? `-m statistic --mode random --probability ${(1 / left).toFixed(10)} ` : '';
    rules.push(`${comment(`${port.name} -> ${e.ip}:${e.port}`)} ${chance}-j ${target(e)}`);
  });
}

/** addEndpoint rewrites the destination; an endpoint that reaches itself is masqueraded, or it would answer itself directly (hairpin). */
function addEndpoint(nat: Chains, port: ServicePort, endpoint: Endpoint): void {
  const protocol = port.protocol.toLowerCase();
  const chain = endpointChain(port.name, port.protocol, `${endpoint.ip}:${endpoint.port}`);
  const recent = port.affinitySeconds ? `-m recent --name ${chain} --set ` : '';
  nat.set(chain, [
    `-s ${endpoint.ip}/32 ${comment(port.name)} -j ${CHAINS.markMasq}`,
    `-p ${protocol} ${comment(port.name)} ${recent}-m ${protocol} -j DNAT --to-destination ${endpoint.ip}:${endpoint.port}`,
  ]);
}
