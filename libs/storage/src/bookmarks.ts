/** BOOKMARK_MS is how often a watch that asked for bookmarks gets one. */
export const BOOKMARK_MS = 60_000;
/** BEFORE_END_MS is how long before a watch's announced end it gets its last, to resume from. */
const BEFORE_END_MS = 2_000;

/** lastBookmarkAt is when, after its start, a watch of that length gets its last bookmark; undefined for one too short for it. */
export function lastBookmarkAt(timeoutMs: number | undefined): number | undefined {
  return timeoutMs && timeoutMs > BEFORE_END_MS ? timeoutMs - BEFORE_END_MS : undefined;
}
