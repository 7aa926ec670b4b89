import type { corev1 } from '@navarch/api';
import { parseSelector } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import type { Fields } from '../config-files/fields';
import type { Lookup } from '../lookup';
import { isResource, refuse } from './refuse';

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';
const CLUSTER_DEFAULT = 'clusterDefaultNodeSelector';

/** NodeSelectors are a configuration of PodNodeSelector: by namespace the labels that its pods may select, and the cluster's default. */
export type NodeSelectors = ReadonlyMap<string, string>;

/** readNodeSelectors reads the configuration of PodNodeSelector. */
export function readNodeSelectors(fields: Fields): NodeSelectors {
  const selectors = fields.textMap('podNodeSelectorPluginConfig');
  for (const selector of selectors.values()) parseLabels(selector);
  return selectors;
}

/** PodNodeSelector (off by default) adds the node selector of a namespace, or else the cluster's, to its pods; pods may select no others than the configuration lists for it. */
export class PodNodeSelector implements AdmissionPlugin {
  readonly name = 'PodNodeSelector';

  constructor(
    private readonly namespaces: Lookup<corev1.Namespace>,
    private readonly selectors: NodeSelectors = new Map(),
  ) {}

  handles(attributes: AdmissionAttributes): boolean {
    return attributes.operation === 'CREATE' && isResource(attributes, 'pods');
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    const wanted = await this.selectorOf(attributes.namespace);
    const spec = (attributes.object as corev1.Pod).spec;
    if (!wanted.size || !spec) return;
    const own = spec.nodeSelector ?? {};
    if ([...wanted].some(([key, value]) => own[key] !== undefined && own[key] !== value)) {
      throw refuse(attributes, 'pod node label selector conflicts with its namespace node label selector');
    }
    spec.nodeSelector = { ...Object.fromEntries(wanted), ...own };
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const wanted = await this.selectorOf(attributes.namespace);
    const selected = (attributes.object as corev1.Pod).spec?.nodeSelector ?? {};
    if ([...wanted].some(([key, value]) => selected[key] !== undefined && selected[key] !== value))
      throw refuse(attributes, 'pod node label selector conflicts with its namespace node label selector');
    const allowed = this.selectors.get(attributes.namespace);
    if (!allowed) return;
    const labels = parseLabels(allowed);
    if (Object.entries(selected).some(([key, value]) => labels.get(key) !== value))
      throw refuse(attributes, 'pod node label selector labels conflict with its namespace whitelist');
  }

  private async selectorOf(name: string): Promise<ReadonlyMap<string, string>> {
    const namespace = await this.namespaces('', name);
    const text = namespace?.metadata?.annotations?.[ANNOTATION] ?? this.selectors.get(CLUSTER_DEFAULT);
    return text ? parseLabels(text) : new Map();
  }
}

/** parseLabels reads `key=value,…`; it throws for any other requirement. */
function parseLabels(text: string): Map<string, string> {
  return new Map(
    parseSelector(text).requirements.map(({ key, operator, values }) => {
      if (operator !== '=') throw new Error(`${JSON.stringify(text)} is no list of labels`);
      return [key, values[0]!];
    }),
  );
}
