import type { KubeObject } from '@navarch/apimachinery';
import type { Release } from './release';

/** BETAS are kinds that releases up to `until` serve in a beta version only. */
const BETAS: ReadonlyMap<string, { readonly until: number; readonly apiVersion: string }> = new Map([
  ['batch/v1 CronJob', { until: 20, apiVersion: 'batch/v1beta1' }],
  ['policy/v1 PodDisruptionBudget', { until: 20, apiVersion: 'policy/v1beta1' }],
  ['autoscaling/v2 HorizontalPodAutoscaler', { until: 22, apiVersion: 'autoscaling/v2beta2' }],
]);

/** asServed gives an object or a reference the apiVersion by which the release knows it: what others read must name what they can ask for. */
export function asServed<T extends Pick<KubeObject, 'apiVersion' | 'kind'>>(named: T, release: Release): T {
  const beta = BETAS.get(`${named.apiVersion} ${named.kind}`);
  return beta && release.minor <= beta.until ? { ...named, apiVersion: beta.apiVersion } : named;
}
