import type { KindDefinition, Minor } from './kind';
import { SOURCES } from './registry';
import { DEFAULT_RELEASE, forRelease } from './release';

/** allKinds lists the built-in kinds of a release. Each call makes new definitions; keep the result. */
export function allKinds(emulated: Minor = DEFAULT_RELEASE): KindDefinition[] {
  return SOURCES.map(source => (typeof source === 'function' ? source(emulated) : source))
    .map(kind => forRelease(kind, emulated))
    .filter(kind => kind !== undefined);
}
