import { apiVersionOf, type AnyObject } from '@navarch/apimachinery';
import type { ServedVersion } from '@navarch/kinds';

/** ConversionError tells of a stored object whose apiVersion no declared version has. */
export class ConversionError extends Error {}

/** versionOf finds a declared version by its apiVersion. */
export function versionOf(versions: readonly ServedVersion[], apiVersion: string): ServedVersion | undefined {
  return versions.find(v => apiVersionOf(v) === apiVersion);
}

/** toHub turns a private copy of an object of the given version into the hub's, in place; answers the same object. */
export function toHub<T extends AnyObject>(object: T, from: ServedVersion, hub: string): T {
  from.toHub?.(object);
  object.apiVersion = hub;
  return object;
}

/** fromHub turns a private copy of a hub object into the given version, in place; answers the same object. */
export function fromHub<T extends AnyObject>(object: T, to: ServedVersion): T {
  to.fromHub?.(object);
  object.apiVersion = apiVersionOf(to);
  return object;
}

/** needsConversion tells whether the version differs from the hub in more than its name. */
export function needsConversion(version: ServedVersion): boolean {
  return version.toHub !== undefined || version.fromHub !== undefined;
}
