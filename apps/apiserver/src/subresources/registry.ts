import { Endpoints, Pods, PodDisruptionBudgets, Services } from '@navarch/api';
import type { ApiServer, SubresourceHandler, UpgradeHandler, VirtualHandler } from '@navarch/apiserver-runtime';
import type { Clock } from '@navarch/base';
import type { KubeClient } from '@navarch/client';
import type { RuleSource } from '../authz/rule-source';
import type { TokenAuthenticator } from '../authn/token-authenticator';
import type { TokenIssuer } from '../authn/tokens/token-issuer';
import type { Caches } from '../caches';
import { SERVER_STATUS } from '../field-managers';
import { preferredAddress, type KubeletConnection } from '../kubelet/kubelet-connection';
import { proxyHandler, proxyUpgrade, type ProxyParts } from '../proxy/proxy-handler';
import { localSubjectAccessReview, selfSubjectAccessReview, subjectAccessReview } from '../reviews/access-reviews';
import { componentStatuses, type Probe } from '../reviews/component-statuses';
import { selfSubjectRulesReview } from '../reviews/rules-review';
import { selfSubjectReview, tokenReview } from '../reviews/token-review';
import { bind, bindingHandler } from './binding';
import { evictionHandler } from './eviction';
import { podLogHandler } from './pod-log';
import { podStreamUpgrade, podStreamWithoutUpgrade } from './pod-streams';
import { tokenRequestHandler } from './token-request';

export interface HandlerParts {
  /** server is asked for when a request comes; it is made after the handlers. */
  readonly server: () => ApiServer;
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly kubelets: KubeletConnection;
  readonly addressTypes: readonly string[];
  readonly issuer: TokenIssuer;
  readonly tokens: TokenAuthenticator;
  readonly audiences: readonly string[];
  readonly authorizer: RuleSource;
  readonly probes: ReadonlyMap<string, Probe>;
  readonly emulated: number;
  readonly clock: Clock;
}

/** subresourceHandlers are what is not a plain read or write, by resource and subresource. */
export function subresourceHandlers(parts: HandlerParts): Map<string, SubresourceHandler> {
  const { server, client, caches, kubelets, issuer, emulated, clock } = parts;
  const pods = () => server().store(Pods);
  const admit = admitBy(parts);
  const streams = { pods, kubelets, admit };
  const proxy = proxyHandler(proxyParts(parts));
  return new Map([
    ['pods/binding', bindingHandler({ pods, admit, emulated, clock })],
    [
      'pods/eviction',
      evictionHandler({
        pods,
        budgets: () => server().store(PodDisruptionBudgets, SERVER_STATUS),
        client,
        admit,
        emulated,
        clock,
      }),
    ],
    ['pods/log', podLogHandler(pods, kubelets)],
    ['pods/exec', podStreamWithoutUpgrade('exec', streams)],
    ['pods/attach', podStreamWithoutUpgrade('attach', streams)],
    ['pods/portforward', podStreamWithoutUpgrade('portforward', streams)],
    ['pods/proxy', proxy],
    ['services/proxy', proxy],
    ['nodes/proxy', proxy],
    ['serviceaccounts/token', tokenRequestHandler({ issuer, admit, emulated, ...caches })],
  ]);
}

/** upgradeHandlers are the connections that leave HTTP. */
export function upgradeHandlers(parts: HandlerParts): Map<string, UpgradeHandler> {
  const { server, kubelets } = parts;
  const streams = { pods: () => server().store(Pods), kubelets, admit: admitBy(parts) };
  const proxy = proxyUpgrade(proxyParts(parts));
  return new Map([
    ['pods/exec', podStreamUpgrade('exec', streams)],
    ['pods/attach', podStreamUpgrade('attach', streams)],
    ['pods/portforward', podStreamUpgrade('portforward', streams)],
    ['pods/proxy', proxy],
    ['services/proxy', proxy],
    ['nodes/proxy', proxy],
  ]);
}

/** virtualHandlers serve the resources that are asked and not stored. */
export function virtualHandlers(parts: HandlerParts): Map<string, VirtualHandler> {
  const { server, authorizer, emulated, clock } = parts;
  const bindings: VirtualHandler = {
    async create(context, object) {
      await bind(
        { pods: () => server().store(Pods), admit: admitBy(parts), emulated, clock },
        context,
        object.metadata?.name ?? '',
        object as Parameters<typeof bind>[3],
      );
      return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as object;
    },
  };
  return new Map([
    ['bindings', bindings],
    ['componentstatuses', componentStatuses(parts.probes)],
    ['tokenreviews.authentication.k8s.io', tokenReview(parts.tokens, parts.audiences)],
    ['selfsubjectreviews.authentication.k8s.io', selfSubjectReview],
    ['subjectaccessreviews.authorization.k8s.io', subjectAccessReview(authorizer)],
    ['localsubjectaccessreviews.authorization.k8s.io', localSubjectAccessReview(authorizer)],
    ['selfsubjectaccessreviews.authorization.k8s.io', selfSubjectAccessReview(authorizer)],
    ['selfsubjectrulesreviews.authorization.k8s.io', selfSubjectRulesReview(authorizer)],
  ]);
}

/** admitBy passes a write through the server's admission, once there is a server. */
const admitBy =
  ({ server }: HandlerParts): ApiServer['admit'] =>
  (attributes, check) =>
    server().admit(attributes, check);

function proxyParts(parts: HandlerParts): ProxyParts {
  const { server, caches, kubelets, addressTypes } = parts;
  return {
    kubelets,
    admit: admitBy(parts),
    sources: {
      pods: () => server().store(Pods),
      services: () => server().store(Services),
      endpoints: () => server().store(Endpoints),
      nodes: caches.nodes,
      nodeAddress: node => {
        const host = preferredAddress(node, addressTypes);
        return host ? { host, port: node.status?.daemonEndpoints?.kubeletEndpoint?.Port || 10250 } : undefined;
      },
    },
  };
}
