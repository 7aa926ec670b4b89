/** BOOKMARK_MS is how often a watch that asked for bookmarks gets one. */
export const BOOKMARK_MS = 60_000;
/** BEFORE_END_MS is how long before a watch's announced end it gets its last, to resume from. */
export const BEFORE_END_MS = 2_000;
