import { statfs } from 'node:fs/promises';
import type { Image } from '@navarch/cri';
import type { KubeletDeps } from '../options';

const PERIOD_MS = 5 * 60_000;
/** MINIMUM_AGE_MS: what was seen only just now is not removed, it may be about to be used. */
const MINIMUM_AGE_MS = 2 * 60_000;

/** ImageUse is an image and when it was last used. */
export interface ImageUse {
  readonly image: Image;
  readonly firstSeen: number;
  readonly lastUsed: number;
}

/** imagesToRemove are the images to remove to free so many bytes: unused, not pinned, old enough; the longest unused first. Pure. */
export function imagesToRemove(
  images: readonly ImageUse[],
  inUse: ReadonlySet<string>,
  bytes: number,
  now: number,
): readonly Image[] {
  const candidates = images
    .filter(({ image, firstSeen }) => !inUse.has(image.id) && !image.pinned && now - firstSeen >= MINIMUM_AGE_MS)
    .sort((a, b) => a.lastUsed - b.lastUsed || a.firstSeen - b.firstSeen);
  const chosen: Image[] = [];
  let freed = 0;
  for (const { image } of candidates) {
    if (freed >= bytes) break;
    chosen.push(image);
    freed += image.size;
  }
  return chosen;
}

/** ImageCollector removes unused images when the images' disk is fuller than the high mark, down to the low mark. */
export class ImageCollector {
  private readonly seen = new Map<string, { firstSeen: number; lastUsed: number }>();

  constructor(private readonly deps: Pick<KubeletDeps, 'runtime' | 'clock' | 'log' | 'options'>) {}

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.deps;
    while (!signal.aborted) {
      await this.collect().catch((error: unknown) =>
        log.warn('Image garbage collection failed', { err: String(error) }),
      );
      await clock.sleep(PERIOD_MS, signal).catch(() => undefined);
    }
  }

  private async collect(): Promise<void> {
    const { runtime, clock, log, options } = this.deps;
    const now = clock.now();
    const [images, containers] = await Promise.all([runtime.listImages(), runtime.listContainers()]);
    const used = new Set(containers.flatMap(({ image, imageRef }) => [image?.image ?? '', imageRef]));
    const inUse = new Set(
      images
        .filter(image => [image.id, ...image.repoTags, ...image.repoDigests].some(name => used.has(name)))
        .map(({ id }) => id),
    );
    for (const { id } of images) {
      const known = this.seen.get(id) ?? { firstSeen: now, lastUsed: 0 };
      this.seen.set(id, inUse.has(id) ? { ...known, lastUsed: now } : known);
    }
    for (const id of this.seen.keys()) if (!images.some(image => image.id === id)) this.seen.delete(id);
    const bytes = await this.bytesToFree(options.imageGcHighPercent, options.imageGcLowPercent);
    if (bytes <= 0) return;
    const uses = images.map(image => ({ image, ...this.seen.get(image.id)! }));
    for (const image of imagesToRemove(uses, inUse, bytes, now)) {
      log.info('Removing an unused image to free disk space', {
        image: image.repoTags[0] ?? image.id,
        bytes: image.size,
      });
      await runtime.removeImage(image.id);
    }
  }

  private async bytesToFree(high: number, low: number): Promise<number> {
    const [filesystem] = await this.deps.runtime.imageFsInfo();
    const at = filesystem?.fsId?.mountpoint;
    if (!at) return 0;
    const { blocks, bavail, bsize } = await statfs(at);
    const usedPercent = 100 - (bavail / blocks) * 100;
    return usedPercent < high ? 0 : ((usedPercent - low) / 100) * blocks * bsize;
  }
}
