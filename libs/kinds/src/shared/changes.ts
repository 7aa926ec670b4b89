import { semanticEqual } from './equal';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));

/** changesText lists what differs between two structures, one field a line, for messages about what may not be changed. Pure. */
export function changesText(now: unknown, before: unknown, path: string): string {
  return changes(now, before, path).join('\n');
}

function changes(now: unknown, before: unknown, path: string): string[] {
  if (semanticEqual(now, before)) return [];
  if (!isRecord(now) || !isRecord(before)) return [`  ${path}: ${shown(before)} became ${shown(now)}`];
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  const at = (object: Readonly<Record<string, unknown>>, name: string) =>
    Object.hasOwn(object, name) ? object[name] : undefined;
  return names.flatMap(name => changes(at(now, name), at(before, name), `${path}.${name}`));
}
