import { Counter, Distribution, exposeDistributions, type Clock, type Registry } from '@navarch/base';
import type { Remaining } from '../authn/client-certificates';

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
const EXPIRATION = [0, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY];
const LATER = [30 * DAY, 90 * DAY, 180 * DAY, 360 * DAY];

/** FrontMetrics are what is counted of connections. */
export interface FrontMetrics {
  readonly remaining: Remaining;
  readonly onFailedHandshake: () => void;
}

/** frontMetrics counts handshakes that failed, and how long the certificates of those who ask are still good for. */
export function frontMetrics(registry: Registry, clock: Clock): FrontMetrics {
  const expirations = new Distribution([...EXPIRATION, ...LATER]);
  const about = {
    name: 'apiserver_client_certificate_expiration_seconds',
    help: 'Distribution of the remaining lifetime on the certificate used to authenticate a request.',
  };
  exposeDistributions(registry, about, () => [[{}, expirations]]);
  const failed = new Counter({
    name: 'apiserver_tls_handshake_errors_total',
    help: "Number of requests dropped with 'TLS handshake error from' error",
    registers: [registry],
  });
  return { remaining: { clock, add: seconds => expirations.add(seconds) }, onFailedHandshake: () => failed.inc() };
}
