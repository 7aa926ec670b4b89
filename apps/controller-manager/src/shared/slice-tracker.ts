import type { discoveryv1 } from '@navarch/api';

/** STALE_MS: a written slice that the cache has not seen for so long was deleted before it could be seen. */
export const STALE_MS = 30_000;

/** SliceTracker knows which slices we wrote, so that a pass on a cache that has not seen them yet does not write them twice. */
export class SliceTracker {
  /** written are the generations we got back and when, by service key and slice uid. */
  private readonly written = new Map<string, Map<string, { generation: number; at: number }>>();

  /** isStale: the cache lacks a slice that we wrote, or has an older state of it. */
  isStale(service: string, cached: readonly discoveryv1.EndpointSlice[], nowMs: number): boolean {
    const known = new Map(cached.map(slice => [slice.metadata?.uid ?? '', slice.metadata?.generation ?? 0]));
    for (const [uid, { generation, at }] of this.written.get(service) ?? []) {
      if (nowMs - at >= STALE_MS) this.written.get(service)!.delete(uid);
      else if ((known.get(uid) ?? -1) < generation) return true;
    }
    return false;
  }

  note(service: string, slice: discoveryv1.EndpointSlice, nowMs: number): void {
    const slices = this.written.get(service) ?? new Map<string, { generation: number; at: number }>();
    slices.set(slice.metadata?.uid ?? '', { generation: slice.metadata?.generation ?? 0, at: nowMs });
    this.written.set(service, slices);
  }

  /** drop forgets a slice, when we delete it or see it deleted. */
  drop(service: string, slice: discoveryv1.EndpointSlice): void {
    this.written.get(service)?.delete(slice.metadata?.uid ?? '');
  }

  forget(service: string): void {
    this.written.delete(service);
  }
}
