import type { Route } from '@navarch/apiserver-runtime';
import type { Registry } from '@navarch/base';
import type { VerificationKey } from '../authn/tokens/signing-keys';
import type { Config } from '../config';
import type { Health } from './health';
import { logsRoute } from './logs';
import { metricsRoute, slisRoutes } from './metrics';
import { openidRoutes } from './openid';
import { versionRoute } from './version';

export interface RouteParts {
  readonly health: Health;
  readonly metrics: Registry;
  readonly config: Config;
  readonly keys: () => readonly VerificationKey[];
  readonly jwksUri: string;
  readonly port: number;
  /** logs is the folder that /logs shows; none: there is no such path. */
  readonly logs?: string;
}

/** makeRoutes are the paths outside the API groups. The health checks must be known by now, but for those that come later. */
export function makeRoutes({ health, metrics, config, keys, jwksUri, port, logs }: RouteParts): Route[] {
  return [
    ...health.routes(),
    versionRoute(config.emulated),
    metricsRoute(metrics, config.emulated),
    ...slisRoutes(health.outcomes, config.emulated),
    ...(logs === undefined ? [] : [logsRoute(logs)]),
    ...openidRoutes({
      issuer: config.issuers[0]!,
      keys,
      jwksUri: jwksUri || `https://${config.externalHost}:${port}/openid/v1/jwks`,
    }),
  ];
}
