/** Change is one event of a watch: what a counter was set to, at which revision. */
export interface Change {
  readonly revision: number;
  readonly name: string;
  readonly value: number;
}

/** Snapshot is what a list answered. */
export interface Snapshot {
  readonly client: string;
  readonly revision: number;
  /** floor is the revision that the list had to reach at least. */
  readonly floor: number;
  readonly values: Readonly<Record<string, number>>;
}

/** History is what clients of several API servers saw and did. Counters begin at 0, at or before revision `begin`. */
export interface History {
  readonly begin: number;
  readonly names: readonly string[];
  /** watches by watcher: the events in the order in which they came, over all resumptions. */
  readonly watches: ReadonlyMap<string, readonly Change[]>;
  /** writes are those that were acknowledged, with the revision of the answer. */
  readonly writes: readonly Change[];
  readonly lists: readonly Snapshot[];
}

/**
 * violationsOf tells in which ways a history is not that of one consistent store; empty if in none. All watchers must have seen
 * the end. Pure.
 */
export function violationsOf(history: History): string[] {
  const truth = [
    ...new Map([...history.watches.values()].flat().map(change => [change.revision, change])).values(),
  ].sort((a, b) => a.revision - b.revision);
  return [
    ...[...history.watches].flatMap(([watcher, seen]) => watchViolations(watcher, seen, truth)),
    ...counterViolations(truth),
    ...writeViolations(history.writes, truth),
    ...listViolations(history, truth),
  ];
}

const show = ({ revision, name, value }: Change) => `${name}=${value}@${revision}`;

/** Every watch sees every revision once and in order. */
function watchViolations(watcher: string, seen: readonly Change[], truth: readonly Change[]): string[] {
  const found: string[] = [];
  seen.forEach((change, i) => {
    const before = seen[i - 1];
    if (before && change.revision <= before.revision)
      found.push(`${watcher}: ${show(change)} came behind ${show(before)}`);
  });
  const has = new Map(seen.map(change => [change.revision, change]));
  for (const change of truth) {
    const own = has.get(change.revision);
    if (!own) found.push(`${watcher}: ${show(change)} is missing`);
    else if (show(own) !== show(change)) found.push(`${watcher}: saw ${show(own)} instead of ${show(change)}`);
  }
  return found;
}

/** Counters are compared and swapped: each change is one more than the one before. */
function counterViolations(truth: readonly Change[]): string[] {
  const values = new Map<string, number>();
  return truth.flatMap(change => {
    const before = values.get(change.name) ?? 0;
    values.set(change.name, change.value);
    return change.value === before + 1 ? [] : [`${show(change)} follows ${change.name}=${before}`];
  });
}

/** An acknowledged write is never lost. */
function writeViolations(writes: readonly Change[], truth: readonly Change[]): string[] {
  const known = new Set(truth.map(show));
  return writes.filter(write => !known.has(show(write))).map(write => `the write ${show(write)} was lost`);
}

/** A list is the state at its revision, which is no older than was asked for. */
function listViolations({ begin, names, lists }: History, truth: readonly Change[]): string[] {
  const state: Record<string, number> = Object.fromEntries(names.map(name => [name, 0]));
  const found: string[] = [];
  let next = 0;
  for (const list of [...lists].sort((a, b) => a.revision - b.revision)) {
    if (list.revision < list.floor)
      found.push(`${list.client}: a list at ${list.revision} is older than ${list.floor}`);
    if (list.revision < begin) continue;
    while (next < truth.length && truth[next]!.revision <= list.revision) {
      const { name, value } = truth[next++]!;
      state[name] = value;
    }
    for (const name of names)
      if (list.values[name] !== state[name])
        found.push(`${list.client}: a list at ${list.revision} has ${name}=${list.values[name]}, not ${state[name]}`);
  }
  return found;
}
