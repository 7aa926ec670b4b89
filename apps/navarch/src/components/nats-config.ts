import { natsServerConfig, type NatsUser } from '@navarch/bus';
import type { ClusterConfig } from '../cluster/config';
import type { ClusterPaths } from '../cluster/paths';
import { CLIENTS } from '../pki/certificates';
import { natsMonitorPort } from './components';

/** natsConfigFor renders nats-server's configuration: one user for each certificate of a component, and for nobody else. */
export function natsConfigFor(config: ClusterConfig, paths: ClusterPaths): string {
  const components = Object.entries(CLIENTS).filter(([name]) => name !== 'admin');
  const users: NatsUser[] = [
    ...components.map(([, who]) => ({
      identity: who.commonName,
      ...('organization' in who && { organizations: [who.organization] }),
    })),
    ...config.nodes.map(node => ({ identity: `system:node:${node.name}`, organizations: ['system:nodes'] })),
  ];
  return natsServerConfig({
    host: config.machineAddress,
    port: 4222,
    serverName: config.name,
    monitorPort: natsMonitorPort(config),
    tls: { ca: paths.certificate('ca'), cert: paths.certificate('nats-server'), key: paths.key('nats-server') },
    users,
  });
}
