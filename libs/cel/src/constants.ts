import type { Expr } from './ast';
import type { Checked } from './check';
import { CelError } from './errors';
import { EntryMap, List, type Value } from './values';

const CONVERSIONS = new Set(['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration']);

/**
 * constantOf is the value of an expression that is always the same: a literal, a list or map of constants, a conversion of one.
 * undefined for all others, those that fail among them. Constants are made once, and cost nothing.
 */
export function constantOf(expr: Expr, checked: Checked): Value | undefined {
  switch (expr.kind) {
    case 'literal':
      return expr.value;
    case 'list': {
      const items = expr.elements.map(({ value, optional }) => (optional ? undefined : constantOf(value, checked)));
      return items.every(item => item !== undefined) ? new List(items) : undefined;
    }
    case 'map': {
      if (expr.entries.some(({ optional }) => optional)) return undefined;
      const entries = expr.entries.map(
        ({ key, value }) => [constantOf(key, checked), constantOf(value, checked)] as const,
      );
      return unlessFailed(() => mapOf(entries));
    }
    case 'call': {
      const call = checked.calls.get(expr);
      if (!call?.exact || expr.target || call.args.length !== 1 || !CONVERSIONS.has(expr.name)) return undefined;
      const value = constantOf(call.args[0]!, checked);
      return value === undefined ? undefined : unlessFailed(() => call.overloads[0]!.call(value));
    }
    default:
      return undefined;
  }
}

function mapOf(entries: readonly (readonly [Value | undefined, Value | undefined])[]): EntryMap | undefined {
  const map = new EntryMap();
  for (const [key, value] of entries) {
    if (key === undefined || value === undefined) return undefined;
    map.put(key, value);
  }
  return map;
}

/** unlessFailed: what fails has to fail when it runs. */
function unlessFailed(make: () => Value | undefined): Value | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof CelError) return undefined;
    throw error;
  }
}
