import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource } from './refuse';

const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** DefaultTolerationSeconds lets pods stay on a failing node for a while, unless they say themselves how long. */
export class DefaultTolerationSeconds implements AdmissionPlugin {
  readonly name = 'DefaultTolerationSeconds';

  constructor(private readonly seconds = 300) {}

  handles(attributes: AdmissionAttributes): boolean {
    return (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE') && isResource(attributes, 'pods');
  }

  admit({ object }: AdmissionAttributes): void {
    const spec = (object as corev1.Pod).spec;
    if (!spec) return;
    const given = spec.tolerations ?? [];
    const missing = TAINTS.filter(key => !given.some(one => tolerates(one, key)));
    if (!missing.length) return;
    spec.tolerations = [
      ...given,
      ...missing.map(key => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: this.seconds })),
    ];
  }
}

function tolerates(toleration: corev1.Toleration, key: string): boolean {
  return (!toleration.key || toleration.key === key) && (!toleration.effect || toleration.effect === 'NoExecute');
}
