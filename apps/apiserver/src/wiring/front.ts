import { listenHttps, type ApiServer, type Listening } from '@navarch/apiserver-runtime';
import { createSecureContext } from 'node:tls';
import { originMatcher, strictTransport, withBrowserHeaders } from '../browser-headers';
import { ClientCertificates } from '../authn/client-certificates';
import { certificateFor } from '../credentials/named-certificates';
import type { Foundation } from './foundation';
import { frontMetrics } from './front-metrics';

/** STRANGERS_DISMISSED_SINCE is the first release with UnauthenticatedHTTP2DOSMitigation. */
const STRANGERS_DISMISSED_SINCE = 29;

/** openFront listens for HTTPS, with keys and authorities that follow their files. */
export async function openFront(foundation: Foundation, server: ApiServer): Promise<Listening> {
  const { flags, config, credentials, emulated, log, metrics, clock } = foundation;
  const { remaining, onFailedHandshake } = frontMetrics(metrics, clock);
  const clients = new ClientCertificates(credentials, config.requestHeader, emulated, remaining);
  const keys = () => ({ ...credentials.serving.current, clientCa: clients.authorities });
  const contexts = () => {
    const { authorities: ca } = clients;
    const shared = { ...config.tls, ...(ca && { ca }) };
    return credentials.named.current.map(({ names, cert, key }) => {
      return { names, context: createSecureContext({ cert, key, ...shared }) };
    });
  };
  let named = contexts();
  const browsers = {
    isAllowed: originMatcher(flags['cors-allowed-origins']),
    strictTransport: strictTransport(flags['strict-transport-security-directives']),
  };
  const front = await listenHttps({
    host: flags['bind-address'],
    port: flags['secure-port'],
    ...keys(),
    contextFor: name => certificateFor(named, name)?.context,
    identify: clients.identify,
    handler: withBrowserHeaders(server.handler, browsers),
    upgrade: (request, socket, head, user) => server.handleUpgrade(request, socket, head, user),
    log,
    onFailedHandshake,
    answerTimeoutMs: flags['request-timeout'],
    maxStreams: flags['http2-max-streams-per-connection'] || undefined,
    dismissesStrangers: emulated >= STRANGERS_DISMISSED_SINCE,
    goawayChance: config.goawayChance,
    tls: config.tls,
  });
  credentials.serving.onChange(() => front.update(keys()));
  clients.onChange(() => front.update(keys()));
  const renew = () => void (named = contexts());
  credentials.named.onChange(renew);
  clients.onChange(renew);
  return front;
}
