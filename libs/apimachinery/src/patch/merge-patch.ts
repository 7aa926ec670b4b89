import { deepClone, isRecord, setOwn } from '../json';

/**
 * applyMergePatch applies a JSON merge patch (RFC 7386): objects merge, null removes, anything else replaces. Neither
 * argument is changed.
 */
export function applyMergePatch(doc: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return deepClone(patch);
  const result: Record<string, unknown> = {};
  const base = isRecord(doc) ? doc : {};
  for (const key of Object.keys(base))
    if (!Object.hasOwn(patch, key)) setOwn(result, key, deepClone(base[key]));
    else if (patch[key] !== null) setOwn(result, key, applyMergePatch(base[key], patch[key]));
  for (const key of Object.keys(patch)) {
    if (patch[key] !== null && !Object.hasOwn(base, key)) setOwn(result, key, applyMergePatch(undefined, patch[key]));
  }
  return result;
}
