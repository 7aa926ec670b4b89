import { isRecord } from '@navarch/apimachinery';
import type { Answer } from './server';

/** Difference is a place at which two answers differ. */
export interface Difference {
  readonly at: string;
  readonly reference: unknown;
  readonly ours: unknown;
}

/** normalForm replaces what differs between two servers by nature: ids, times, revisions, allocated addresses and ports. */
export function normalForm({ code, warning, body }: Answer): object {
  const generated = generatedName(body);
  const named = generated
    ? (JSON.parse(JSON.stringify(body).replaceAll(generated, '<generated name>')) as unknown)
    : body;
  return { code, warning: plain(warning, ''), body: plain(named, '') };
}

/** generatedName is the name that a server made up for an object; undefined if it was given. */
function generatedName(body: unknown): string | undefined {
  const metadata = isRecord(body) && isRecord(body['metadata']) ? body['metadata'] : {};
  const { name, generateName: prefix } = metadata;
  if (typeof name !== 'string' || typeof prefix !== 'string' || !name.startsWith(prefix)) return undefined;
  return /^[a-z0-9]{5}$/.test(name.slice(prefix.length)) ? name : undefined;
}

const REPLACED: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/\b10(\.\d+){3}\b/g, '<ip>'],
  [/:3[0-2]\d{3}\//g, ':<node port>/'],
  [/^\d+s$/, '<age>'],
  [/\(0xc[0-9a-f]+\)/g, '(<address>)'],
  [/-token-[a-z0-9]{5}\b/g, '-token-<random>'],
  [/(resourceVersion\\*"?:\s*\\*"?)\d+/g, '$1<revision>'],
  // Messages about bodies that cannot be read quote the bytes around the place, ids and all.
  [/(cannot be handled as an? \w+: ).*/s, '$1<place>'],
  [/(is invalid: patch: Invalid value: |^Invalid value: )"(\{|map\[|\[).*/s, '$1<body>'],
];
// Some messages go on with how two Go structures differ, or with what stands for it here.
const DUMP = /\n\s+.*/s;
const NODE_PORTS = { from: 30_000, to: 32_800 };
const LEFT_OUT = new Set(['managedFields', 'selfLink', 'columnDefinitions']);

function plain(value: unknown, name: string): unknown {
  if (typeof value === 'string') return text(value, name);
  if (typeof value === 'number' && /[pP]ort$/.test(name) && value >= NODE_PORTS.from && value < NODE_PORTS.to)
    return '<node port>';
  if (Array.isArray(value)) return value.map(item => plain(item, name));
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).filter(([field]) => !LEFT_OUT.has(field));
  return Object.fromEntries(fields.map(([field, inner]) => [field, plain(inner, field)]));
}

function text(value: string, name: string): string {
  if (name === 'resourceVersion' && value !== '' && value !== '0') return '<revision>';
  if (name === 'continue' && value !== '') return '<token>';
  let plainText = value;
  for (const [pattern, by] of REPLACED) plainText = plainText.replace(pattern, by);
  return name === 'message' ? plainText.replace(DUMP, '').replace(/\]$/, '') : plainText;
}

/** differences are the places at which two values in normal form differ, at most 40. */
export function differences(reference: unknown, ours: unknown, at = '', found: Difference[] = []): Difference[] {
  if (found.length >= 40) return found;
  if (isRecord(reference) && isRecord(ours)) {
    for (const name of new Set([...Object.keys(reference), ...Object.keys(ours)]))
      differences(reference[name], ours[name], at ? `${at}.${name}` : name, found);
  } else if (Array.isArray(reference) && Array.isArray(ours)) {
    for (let i = 0; i < Math.max(reference.length, ours.length); i++)
      differences(reference[i], ours[i], `${at}[${i}]`, found);
  } else if (JSON.stringify(reference) !== JSON.stringify(ours)) found.push({ at, reference, ours });
  return found;
}
