import type { ClusterConfig, NodeConfig } from '../cluster/config';

/** namespaceOf is the named network namespace of a worker; on-host has none. */
export function namespaceOf(config: ClusterConfig, node: NodeConfig): string {
  return `${config.name}-${node.name}`;
}

/** switchOf is the network namespace that holds nothing but the switch all workers are plugged into. */
export function switchOf(config: ClusterConfig): string {
  return `${config.name}-switch`;
}

/** uplinkOf is the machine's own interface on the switch (at most 15 characters, so it follows from the index). */
export function uplinkOf(config: ClusterConfig): string {
  return `navarch${config.index}`;
}

/** bridgeOf is the bridge the node's pods are plugged into. Inside a worker it is its own affair; on the machine it carries the index. */
export function bridgeOf(config: ClusterConfig): string {
  return config.placement === 'on-host' ? `navcni${config.index}` : 'cni0';
}

/** cgroupOf is the folder of a worker (or, without one, of all workers) below each cgroup hierarchy. */
export function cgroupOf(config: ClusterConfig, node?: NodeConfig): string {
  return node ? `navarch-${config.name}/${node.name}` : `navarch-${config.name}`;
}
