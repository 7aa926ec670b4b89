import {
  MAX_NODE_SCORE,
  type NodeInfo,
  type Plugin,
  type PodInfo,
  type Snapshot,
  type StateKey,
} from '@navarch/scheduler-framework';

const MB = 1024 * 1024;
const LEAST = 23 * MB;
const MOST_A_CONTAINER = 1000 * MB;

/** Spread is how many nodes have an image, and how big it is. */
type Images = ReadonlyMap<string, { readonly bytes: number; readonly nodes: number }>;
const IMAGES: StateKey<{ images: Images; total: number }> = { name: 'ImageLocality' };

/** imageLocality prefers nodes that have the pod's images already, the more so the rarer those are not. */
export const imageLocality: Plugin = {
  name: 'ImageLocality',
  weight: 1,
  events: [],
  preScore(state, _pod, _nodes, snapshot) {
    state.set(IMAGES, { images: imagesOf(snapshot), total: snapshot.nodes.length });
    return undefined;
  },
  score(state, pod, node) {
    const known = state.get(IMAGES)!;
    return localityScore(pod, node, known.images, known.total);
  },
};

function imagesOf(snapshot: Snapshot): Images {
  const images = new Map<string, { bytes: number; nodes: number }>();
  for (const { node } of snapshot.nodes) {
    for (const image of node?.status?.images ?? []) {
      for (const name of image.names ?? []) {
        const known = images.get(name);
        if (known) known.nodes++;
        else images.set(name, { bytes: image.sizeBytes ?? 0, nodes: 1 });
      }
    }
  }
  return images;
}

/** localityScore weighs the bytes a node need not pull by how widely the image is spread, 0 to 100. Pure. */
export function localityScore({ pod }: PodInfo, { node }: NodeInfo, images: Images, totalNodes: number): number {
  const here = new Set((node?.status?.images ?? []).flatMap(image => image.names ?? []));
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  let bytes = 0;
  for (const { image = '' } of containers) {
    const name = normalized(image);
    const known = here.has(name) ? images.get(name) : undefined;
    if (known) bytes += (known.bytes * known.nodes) / totalNodes;
  }
  const most = MOST_A_CONTAINER * containers.length;
  const counted = Math.min(Math.max(bytes, LEAST), most);
  return Math.floor((MAX_NODE_SCORE * (counted - LEAST)) / (most - LEAST));
}

/** normalized adds the tag that an image name leaves out. */
function normalized(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
