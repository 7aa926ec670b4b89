import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { skipped, type Describe, jestDescribe } from './require';

/** oracleFile finds a file of the recorded answers: in NAVARCH_ORACLE, or in shared/oracle beside the repository. undefined: not there. */
export function oracleFile(file: string): string | undefined {
  const folder = process.env['NAVARCH_ORACLE'] ?? resolve(process.cwd(), '../shared/oracle');
  const full = join(folder, file);
  return existsSync(full) ? full : undefined;
}

/** requireOracle answers jest's describe if a file of the recorded answers is there, else its skip, after a warning that says so. */
export function requireOracle(file: string): Describe {
  return oracleFile(file) ? jestDescribe() : skipped(`${file} is not here; set NAVARCH_ORACLE to check against it`);
}
