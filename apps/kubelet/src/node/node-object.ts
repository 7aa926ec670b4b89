import type { KubeletOptions } from '../options';

/** nodeLabels are the labels a node registers with. */
export function nodeLabels(
  options: Pick<KubeletOptions, 'nodeName' | 'nodeLabels'>,
  architecture: string,
): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': options.nodeName,
    'kubernetes.io/os': 'linux',
    ...options.nodeLabels,
  };
}

/** parseLabels reads `a=b,c=d`. Throws for what is no label. */
export function parseLabels(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map(pair => {
      const match = /^([^=]+)=(.*)$/.exec(pair);
      if (!match) throw new Error(`invalid label ${JSON.stringify(pair)}: want key=value`);
      return [match[1]!, match[2]!];
    }),
  );
}

/** parseTaints reads `key=value:Effect` and `key:Effect`. Throws for what is no taint. */
export function parseTaints(specs: readonly string[]): { key: string; value: string; effect: string }[] {
  return specs.map(spec => {
    const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(spec);
    if (!match) throw new Error(`invalid taint spec: ${spec}`);
    return { key: match[1]!, value: match[2] ?? '', effect: match[3]! };
  });
}
