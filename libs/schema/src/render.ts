import { goNumber } from '@navarch/apimachinery';

/** renderValue shows a value as messages do: what is no scalar in Go's syntax. */
export function renderValue(value: unknown): string {
  if (value === undefined || value === null) return '"null"';
  if (typeof value === 'number') return goNumber(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  return goValue(value);
}

function goValue(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goValue).join(', ')}}`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]interface {}{${entries.map(([key, item]) => `${JSON.stringify(key)}:${goValue(item)}`).join(', ')}}`;
}
