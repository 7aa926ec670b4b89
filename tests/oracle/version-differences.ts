import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PAGE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs/version-differences.md');

/** versionDifferences are the cases (`category/name`) that the documentation lists as answered otherwise by today's release: the first column of its table. */
export function versionDifferences(): ReadonlySet<string> {
  const rows = fs.readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z]+\/[a-z0-9.-]+)` +\|/gm);
  return new Set([...rows].map(([, name]) => name!));
}
