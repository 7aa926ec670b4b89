import { goNumber } from '@navarch/apimachinery';

/** JSON_VALUES is the first release whose messages show structures as JSON; those up to 1.33 show them in Go's syntax. */
const JSON_VALUES = 34;

/** renderValue shows a value as the messages of a release do. */
export function renderValue(value: unknown, emulated: number): string {
  if (value === undefined || value === null) return '"null"';
  if (typeof value === 'number') return goNumber(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  return emulated >= JSON_VALUES ? JSON.stringify(value) : goValue(value);
}

function goValue(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goValue).join(', ')}}`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]interface {}{${entries.map(([key, item]) => `${JSON.stringify(key)}:${goValue(item)}`).join(', ')}}`;
}
