import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource } from './refuse';

/** TolerationSeconds are how long pods stay on a failing node. */
export interface TolerationSeconds {
  readonly notReady: number;
  readonly unreachable: number;
}

/** DefaultTolerationSeconds lets pods stay on a failing node for a while, unless they say themselves how long. */
export class DefaultTolerationSeconds implements AdmissionPlugin {
  readonly name = 'DefaultTolerationSeconds';

  /** taints are those of a failing node, each with the seconds that it is borne. */
  private readonly taints: readonly (readonly [key: string, seconds: number])[];

  constructor({ notReady, unreachable }: TolerationSeconds = { notReady: 300, unreachable: 300 }) {
    this.taints = [
      ['node.kubernetes.io/not-ready', notReady],
      ['node.kubernetes.io/unreachable', unreachable],
    ];
  }

  handles(attributes: AdmissionAttributes): boolean {
    return (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') && isResource(attributes, 'pods');
  }

  admit({ object }: AdmissionAttributes): void {
    const spec = (object as corev1.Pod).spec;
    if (!spec) return;
    const given = spec.tolerations ?? [];
    const missing = this.taints.filter(([key]) => !given.some(one => tolerates(one, key)));
    if (!missing.length) return;
    spec.tolerations = [
      ...given,
      ...missing.map(([key, tolerationSeconds]) => ({
        ...{ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds },
      })),
    ];
  }
}

function tolerates(toleration: corev1.Toleration, key: string): boolean {
  return (!toleration.key || toleration.key === key) && (!toleration.effect || toleration.effect === 'NoExecute');
}
