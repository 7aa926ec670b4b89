import { test } from '@jest/globals';
import fs from 'node:fs';
import path from 'node:path';

/** oraclePath finds a file of the recorded answers: in NAVARCH_ORACLE, or in shared/oracle beside the repository. undefined: not there. */
export function oraclePath(file: string): string | undefined {
  const folder = process.env['NAVARCH_ORACLE'] ?? path.resolve(process.cwd(), '../shared/oracle');
  const full = path.join(folder, file);
  return fs.existsSync(full) ? full : undefined;
}

/** skipLoudly shows a skipped test in place of those that need the recorded answers. */
export function skipLoudly(what: string): void {
  process.stderr.write(`SKIPPED: ${what} are not here; set NAVARCH_ORACLE to check against them\n`);
  test.skip(`SKIPPED: ${what} are not here (set NAVARCH_ORACLE)`, () => undefined);
}
