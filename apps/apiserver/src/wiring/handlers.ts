import type { ApiServerOptions } from '@navarch/apiserver-runtime';
import { TokenIssuer } from '../authn/tokens/token-issuer';
import { KubeletConnection } from '../kubelet/kubelet-connection';
import { healthzProbe } from '../reviews/component-statuses';
import { subresourceHandlers, upgradeHandlers, virtualHandlers } from '../subresources/registry';
import type { Access } from './access';
import type { Foundation } from './foundation';

/** openHandlers makes what serves subresources, upgraded connections and kinds that are not stored. */
export function openHandlers(
  foundation: Foundation,
  { tokens, authorizer }: Access,
): Pick<ApiServerOptions, 'subresources' | 'upgrades' | 'virtual'> {
  const { server, client, caches, flags, config, credentials, emulated, clock, etcd, stack } = foundation;
  const addressTypes = flags['kubelet-preferred-address-types'];
  const kubelets = new KubeletConnection(caches.nodes, () => credentials.kubelet.current, addressTypes);
  stack.push({ stop: () => Promise.resolve(kubelets.close()) });
  const parts = {
    ...{ server, client, caches, kubelets, addressTypes, tokens, authorizer, emulated, clock },
    audiences: config.audiences,
    issuer: new TokenIssuer({
      issuer: config.issuers[0]!,
      audiences: config.audiences,
      key: () => credentials.tokenKeys.current.signing,
      clock,
      detailed: emulated >= 30,
      extend: flags['service-account-extend-token-expiration'],
      maxSeconds: flags['service-account-max-token-expiration'] / 1000,
    }),
    probes: new Map([
      ['controller-manager', healthzProbe(flags['component-status-address'], 10257)],
      ['scheduler', healthzProbe(flags['component-status-address'], 10259)],
      ['etcd-0', () => etcd.healthy().then(() => '{"health":"true"}')],
    ]),
  };
  return {
    subresources: subresourceHandlers(parts),
    upgrades: upgradeHandlers(parts),
    virtual: virtualHandlers(parts),
  };
}
