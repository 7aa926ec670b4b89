/** goPrint shows plain JSON as Go's %v does, which is how some messages quote a patch: `map[a:1 b:[x y]]`, keys sorted. */
export function goPrint(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goPrint).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${goPrint(item)}`).join(' ')}]`;
}

/** goText shows plain JSON as Go's %s does: what is no text is told with its type. */
export function goText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '%!s(<nil>)';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value === 'boolean') return `%!s(bool=${value})`;
  if (typeof value !== 'object') return `%!s(${Number.isInteger(value) ? 'int64' : 'float64'}=${String(value)})`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${goText(item)}`).join(' ')}]`;
}

/** ESCAPED are the escapes of JSON that Go writes otherwise, and what it does not print; escaped backslashes are passed over. */
const ESCAPED = /\\\\|\\u00([01][0-9a-f])|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** goQuote shows a text as Go's %q does. */
export function goQuote(text: string): string {
  return JSON.stringify(text).replace(ESCAPED, (found, control: string | undefined) => {
    if (control !== undefined) return control === '07' ? '\\a' : control === '0b' ? '\\v' : `\\x${control}`;
    if (found.startsWith('\\')) return found;
    const digits = found.codePointAt(0)!.toString(16);
    if (digits.length <= 2) return digits === '7f' ? '\\x7f' : `\\u00${digits}`;
    return digits.length <= 4 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
  });
}

/** goSyntax shows plain JSON as Go's %#v does: `map[string]interface {}{"a":1}`, keys sorted. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]interface {}{${entries.map(([key, item]) => `${goQuote(key)}:${goSyntax(item)}`).join(', ')}}`;
}

/** goJson is JSON as Go writes it: the keys of objects in order, and what HTML would take for its own escaped. */
export function goJson(value: unknown): string {
  return escapeHtml(sorted(value));
}

/** escapeHtml escapes in JSON what HTML, or JavaScript of old, would take for its own. */
export function escapeHtml(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${sorted(item)}`).join(',')}}`;
}
