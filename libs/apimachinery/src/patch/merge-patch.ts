import { deepClone, isRecord, setOwn } from '../json';

/** DROPS_NULL_ITEMS_UNTIL is the last release whose lists lose the nulls that a patch has in them. */
const DROPS_NULL_ITEMS_UNTIL = 20;

/**
 * applyMergePatch applies a JSON merge patch (RFC 7386): objects merge, null removes, anything else replaces; objects in lists lose
 * their nulls, too. Neither argument is changed. `emulated` is the release whose ways are wanted.
 */
export function applyMergePatch(doc: unknown, patch: unknown, emulated = 33): unknown {
  const dropsItems = emulated <= DROPS_NULL_ITEMS_UNTIL;
  return isRecord(patch) ? merge(doc, patch, dropsItems) : pruned(patch, dropsItems);
}

function merge(doc: unknown, patch: unknown, dropsItems: boolean): unknown {
  if (!isRecord(patch)) return isRecord(doc) ? deepClone(patch) : pruned(patch, dropsItems);
  if (!isRecord(doc)) return pruned(patch, dropsItems);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(doc))
    if (!Object.hasOwn(patch, key)) setOwn(result, key, deepClone(doc[key]));
    else if (patch[key] !== null) setOwn(result, key, merge(doc[key], patch[key], dropsItems));
  for (const key of Object.keys(patch)) {
    if (patch[key] !== null && !Object.hasOwn(doc, key)) setOwn(result, key, pruned(patch[key], dropsItems));
  }
  return result;
}

/** pruned is what a patch puts in place of something else, without its nulls. */
function pruned(value: unknown, dropsItems: boolean): unknown {
  if (Array.isArray(value)) {
    const kept = dropsItems ? value.filter(item => item !== null) : value;
    return kept.map(item => pruned(item, dropsItems));
  }
  if (!isRecord(value)) return value;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) if (value[key] !== null) setOwn(result, key, pruned(value[key], dropsItems));
  return result;
}
