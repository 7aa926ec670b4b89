import { expect, test } from '@jest/globals';
import { releaseOf } from './release';

test.each([
  ['jobTracking', 22, false],
  ['jobTracking', 23, true],
  ['mintedTokens', 23, true],
  ['mintedTokens', 24, false],
] as const)('%s in 1.%i: %s', (feature, minor, has) => expect(releaseOf(minor).has(feature)).toBe(has));
