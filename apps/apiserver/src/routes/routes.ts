import type { Route } from '@navarch/apiserver-runtime';
import type { Registry } from '@navarch/base';
import type { VerificationKey } from '../authn/tokens/signing-keys';
import type { Config } from '../config';
import type { Health } from './health';
import { metricsRoute } from './metrics';
import { openidRoutes } from './openid';
import { versionRoute } from './version';

export interface RouteParts {
  readonly health: Health;
  readonly metrics: Registry;
  readonly config: Config;
  readonly keys: () => readonly VerificationKey[];
  readonly jwksUri: string;
  readonly port: number;
}

/** makeRoutes are the paths outside the API groups. The health checks must be known by now, but for those that come later. */
export function makeRoutes({ health, metrics, config, keys, jwksUri, port }: RouteParts): Route[] {
  return [
    ...health.routes(),
    versionRoute(config.emulated),
    metricsRoute(metrics),
    ...openidRoutes({
      issuer: config.issuers[0]!,
      keys,
      jwksUri: jwksUri || `https://${config.advertiseAddress}:${port}/openid/v1/jwks`,
    }),
  ];
}
