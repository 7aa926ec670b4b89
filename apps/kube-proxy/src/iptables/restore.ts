import { OWNED } from './chains';
import type { RuleSet, Table } from './rules';

/**
 * restoreInput is what `iptables-restore --noflush` is given to get from `before` to `after`, atomically a table: only chains
 * that are new, changed or gone are in it. '' when nothing changed. Without `before` all chains are written, and those of
 * `present` (chain names found in the kernel, by table) that belong to no service any more are removed.
 */
export function restoreInput(
  before: RuleSet | undefined,
  after: RuleSet,
  present: { nat: readonly string[] } = { nat: [] },
): string {
  const tables: string[] = [];
  for (const name of ['nat', 'filter'] as const) {
    const text = tableInput(name, before?.[name], after[name], name === 'nat' ? present.nat : []);
    if (text) tables.push(text);
  }
  return tables.join('');
}

function tableInput(name: string, before: Table | undefined, after: Table, present: readonly string[]): string {
  const changed = [...after].filter(([chain, rules]) => !sameRules(before?.get(chain), rules));
  const known = before ? [...before.keys()] : present.filter(chain => OWNED.test(chain));
  const stale = known.filter(chain => !after.has(chain));
  if (!changed.length && !stale.length) return '';
  return [
    `*${name}`,
    // Naming a chain empties it, or creates it: all are named before any rule refers to one.
    ...[...changed.map(([chain]) => chain), ...stale].map(chain => `:${chain} - [0:0]`),
    ...changed.flatMap(([chain, rules]) => rules.map(rule => `-A ${chain} ${rule}`)),
    ...stale.map(chain => `-X ${chain}`),
    'COMMIT',
    '',
  ].join('\n');
}

function sameRules(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a !== undefined && a.length === b.length && a.every((rule, i) => rule === b[i]);
}
