import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import type { Lookup } from './lookup';
import { isResource, refuse } from './refuse';

/** PodNodeSelector (off by default) adds the namespace's `scheduler.alpha.kubernetes.io/node-selector` to its pods. */
export class PodNodeSelector implements AdmissionPlugin {
  readonly name = 'PodNodeSelector';

  constructor(private readonly namespaces: Lookup<corev1.Namespace>) {}

  handles(attributes: AdmissionAttributes): boolean {
    return attributes.operation === 'CREATE' && isResource(attributes, 'pods');
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    const namespace = await this.namespaces('', attributes.namespace);
    const text = namespace?.metadata?.annotations?.['scheduler.alpha.kubernetes.io/node-selector'];
    const spec = (attributes.object as corev1.Pod).spec;
    if (!text || !spec) return;
    const wanted = parseLabels(text);
    const own = spec.nodeSelector ?? {};
    if ([...wanted].some(([key, value]) => own[key] !== undefined && own[key] !== value)) {
      throw refuse(attributes, 'pod node label selector conflicts with its namespace node label selector');
    }
    spec.nodeSelector = { ...Object.fromEntries(wanted), ...own };
  }
}

function parseLabels(text: string): Map<string, string> {
  const pairs = text.split(',').filter(part => part.trim());
  return new Map(
    pairs.map(pair => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [pair.trim(), ''] : [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
    }),
  );
}
