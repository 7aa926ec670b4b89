/** Placeholder is a value of a recorded expectation that stands for more than itself. */
type Placeholder = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Placeholder =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** mismatches lists where a value differs from a recorded expectation; empty: it fits. Paths are dotted. */
export function mismatches(expected: unknown, actual: unknown, path = ''): string[] {
  if (isRecord(expected)) {
    if ('$any' in expected) return actual === undefined ? [`${path}: missing`] : [];
    if ('$pattern' in expected) {
      const fits = typeof actual === 'string' && new RegExp(String(expected['$pattern'])).test(actual);
      return fits ? [] : [`${path}: ${show(actual)} does not match ${String(expected['$pattern'])}`];
    }
    if ('$optional' in expected) return actual === undefined ? [] : mismatches(expected['$optional'], actual, path);
    if ('$oneOf' in expected) {
      const all = (expected['$oneOf'] as unknown[]).map(one => mismatches(one, actual, path));
      return all.some(list => list.length === 0) ? [] : (all[0] ?? []);
    }
    if ('$unordered' in expected) return unordered(expected['$unordered'] as unknown[], actual, path);
    if ('$concat' in expected || '$repeat' in expected) return mismatches(expand(expected), actual, path);
    if (!isRecord(actual)) return [`${path}: expected an object, got ${show(actual)}`];
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...names].flatMap(name => {
      const at = path ? `${path}.${name}` : name;
      if (!(name in expected)) return [`${at}: unexpected ${show(actual[name])}`];
      return mismatches(expected[name], actual[name], at);
    });
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path}: expected a list, got ${show(actual)}`];
    if (expected.length !== actual.length)
      return [
        `${path}: expected ${expected.length} items, got ${actual.length}: ${show(actual)} for ${show(expected)}`,
      ];
    return expected.flatMap((item, i) => mismatches(item, actual[i], `${path}[${i}]`));
  }
  return Object.is(expected, actual) ? [] : [`${path}: expected ${show(expected)}, got ${show(actual)}`];
}

function unordered(expected: unknown[], actual: unknown, path: string): string[] {
  if (!Array.isArray(actual) || actual.length !== expected.length)
    return [`${path}: expected ${expected.length} items in any order, got ${show(actual)}`];
  const rest = [...actual];
  for (const item of expected) {
    const i = rest.findIndex(candidate => mismatches(item, candidate).length === 0);
    if (i < 0) return [`${path}: nothing fits ${show(item)} in ${show(rest)}`];
    rest.splice(i, 1);
  }
  return [];
}

/** expand makes long texts out of their short notation, anywhere in a value. */
export function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (!isRecord(value)) return value;
  if ('$concat' in value) return (value['$concat'] as unknown[]).map(expand).join('');
  if ('$repeat' in value) {
    const [text, times] = value['$repeat'] as [string, number];
    return text.repeat(times);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item)]));
}

const show = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value)).slice(0, 400);
