import type { Route } from '@navarch/apiserver-runtime';
import { Gauge, type HealthOutcomes, type Registry } from '@navarch/base';
import { versionInfo } from './version';

/** metricsRoute serves the process's metrics, and adds to them what release this is. */
export function metricsRoute(metrics: Registry, minor: number): Route {
  exposeBuildInfo(metrics, minor);
  return shown('/metrics', metrics);
}

/** SLIS_SINCE is the first release that shows how its health checks went. */
const SLIS_SINCE = 26;

/** slisRoutes serve the outcomes of health checks, by which availability is reckoned. */
export function slisRoutes({ registry }: HealthOutcomes, minor: number): Route[] {
  return minor < SLIS_SINCE ? [] : [shown('/metrics/slis', registry)];
}

const shown = (path: string, metrics: Registry): Route => ({
  path,
  async handle() {
    return {
      status: 200,
      headers: { 'content-type': metrics.contentType, 'cache-control': 'no-cache, private' },
      body: Buffer.from(await metrics.metrics()),
    };
  },
});

/** exposeBuildInfo shows what /version says. */
function exposeBuildInfo(metrics: Registry, minor: number): void {
  const { gitVersion, gitCommit, gitTreeState, buildDate, goVersion, ...info } = versionInfo(minor);
  const labels = {
    ...info,
    ...{ git_version: gitVersion, git_commit: gitCommit, git_tree_state: gitTreeState },
    ...{ build_date: buildDate, go_version: goVersion },
  };
  new Gauge({
    name: 'kubernetes_build_info',
    help: "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
    labelNames: Object.keys(labels),
    registers: [metrics],
  }).set(labels, 1);
}
