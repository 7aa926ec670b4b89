import type { Minor } from '@navarch/kinds';

/** releaseVersion is the release that a minor version stands for: `v1.20.2` is the one that 1.20 was compared with. */
export function releaseVersion(minor: Minor): string {
  return `v1.${minor}.${minor === 20 ? 2 : 0}`;
}
