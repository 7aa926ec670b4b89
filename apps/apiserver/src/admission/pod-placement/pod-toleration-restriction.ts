import type { corev1 } from '@navarch/api';
import { plainFailure, type AdmissionAttributes, type AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isDeepStrictEqual } from 'node:util';
import type { Fields } from '../../config-files/fields';
import type { Lookup } from '../../lookup';
import { isBestEffort } from '../quota/scopes';
import { isResource } from '../refuse';

const DEFAULTS = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const ALLOWED = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';
const MEMORY_PRESSURE: corev1.Toleration = {
  ...{ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
};

/** ClusterTolerations are what holds for namespaces that say nothing themselves. */
export interface ClusterTolerations {
  readonly defaults: readonly corev1.Toleration[];
  /** allowed: no others; all if empty. */
  readonly allowed: readonly corev1.Toleration[];
}

/** readClusterTolerations reads the configuration of PodTolerationRestriction. */
export function readClusterTolerations(fields: Fields): ClusterTolerations {
  fields.oneOf('kind', ['Configuration']);
  fields.oneOf('apiVersion', ['podtolerationrestriction.admission.k8s.io/v1alpha1']);
  const list = (name: string) =>
    fields.objects(name).map(one => {
      const seconds = one.number('tolerationSeconds');
      const [key, operator, value, effect] = ['key', 'operator', 'value', 'effect'].map(part => one.text(part));
      one.end();
      return {
        ...(key && { key }),
        ...(operator && { operator }),
        ...(value && { value }),
        ...(effect && { effect }),
        ...(seconds !== undefined && { tolerationSeconds: seconds }),
      };
    });
  return { defaults: list('default'), allowed: list('whitelist') };
}

/** PodTolerationRestriction (off by default) adds a namespace's default tolerations to its pods, and lets them tolerate no others than its annotation lists. */
export class PodTolerationRestriction implements AdmissionPlugin {
  readonly name = 'PodTolerationRestriction';

  constructor(
    private readonly namespaces: Lookup<corev1.Namespace>,
    private readonly cluster: ClusterTolerations = { defaults: [], allowed: [] },
  ) {}

  handles(attributes: AdmissionAttributes): boolean {
    const { operation } = attributes;
    return (operation === 'CREATE' || operation === 'UPDATE') && isResource(attributes, 'pods');
  }

  async admit({ operation, namespace, object }: AdmissionAttributes): Promise<void> {
    const pod = object as corev1.Pod;
    if (!pod.spec) return;
    const defaults = operation === 'CREATE' ? ((await this.listed(namespace, DEFAULTS)) ?? this.cluster.defaults) : [];
    const added = isBestEffort(pod) ? defaults : [...defaults, MEMORY_PRESSURE];
    if (added.length) pod.spec.tolerations = mergeTolerations(pod.spec.tolerations ?? [], added);
  }

  async validate({ namespace, object }: AdmissionAttributes): Promise<void> {
    const tolerations = (object as corev1.Pod).spec?.tolerations ?? [];
    if (!tolerations.length) return;
    const own = await this.listed(namespace, ALLOWED);
    const allowed = own ?? this.cluster.allowed;
    if (!allowed.length || tolerations.every(one => allowed.some(other => isSuperset(other, one)))) return;
    throw plainFailure(
      `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${own ? 'namespace' : 'cluster'} whitelist`,
    );
  }

  private async listed(name: string, annotation: string): Promise<corev1.Toleration[] | undefined> {
    const text = (await this.namespaces('', name))?.metadata?.annotations?.[annotation];
    if (text === undefined) return undefined;
    if (!text) return [];
    try {
      return JSON.parse(text) as corev1.Toleration[];
    } catch (error) {
      throw plainFailure(`annotation ${annotation}: ${(error as Error).message}`);
    }
  }
}

/** mergeTolerations leaves out what another one covers. Pure. */
export function mergeTolerations(
  first: readonly corev1.Toleration[],
  second: readonly corev1.Toleration[],
): corev1.Toleration[] {
  const all = [...first, ...second];
  const isCovered = (one: corev1.Toleration, i: number) =>
    all.some((other, j) => {
      if (isDeepStrictEqual(other, one)) return j < i;
      return i !== j && isSuperset(other, one);
    });
  return all.filter((one, i) => !isCovered(one, i));
}

/** isSuperset tells whether everything that `other` tolerates is tolerated by `one`. Pure. */
export function isSuperset(one: corev1.Toleration, other: corev1.Toleration): boolean {
  if (isDeepStrictEqual(one, other)) return true;
  // An empty key with Exists tolerates every key.
  if ((one.key ?? '') !== (other.key ?? '') && !(one.operator === 'Exists' && !one.key)) return false;
  if (one.effect && one.effect !== other.effect) return false;
  if (one.effect === 'NoExecute' && one.tolerationSeconds !== undefined) {
    if (other.tolerationSeconds === undefined || other.tolerationSeconds > one.tolerationSeconds) return false;
  }
  if (one.operator === 'Exists') return true;
  return other.operator !== 'Exists' && (one.value ?? '') === (other.value ?? '');
}
