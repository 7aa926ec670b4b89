import type { ConnectSubresource } from '../kind';

const PROXY_VERBS = ['create', 'delete', 'get', 'patch', 'update'];

/** proxyConnect is `proxy` of pods, services and nodes; the verbs are those of discovery. */
export const proxyConnect = (kind: string): ConnectSubresource => ({ kind, verbs: PROXY_VERBS });

/** streamConnect is a connection that a client upgrades: exec, attach, portforward. */
export const streamConnect = (kind: string): ConnectSubresource => ({ kind, verbs: ['create', 'get'] });
