import { isIPv4, isIPv6 } from 'node:net';

type Format = (text: string) => boolean;

const matches =
  (pattern: RegExp): Format =>
  text =>
    pattern.test(text);

const isDate: Format = text => {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!parts) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
};

const DATE_TIME = /^(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/;
const isDateTime: Format = text => {
  const parts = DATE_TIME.exec(text);
  return parts !== null && isDate(parts[1]!);
};

const isUri: Format = text => {
  try {
    return text !== '' && (text.startsWith('/') || new URL(text).protocol !== '');
  } catch {
    return false;
  }
};

const isCidr: Format = text => {
  const parts = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (!parts) return false;
  const bits = Number(parts[2]);
  return (isIPv4(parts[1]!) && bits <= 32) || (isIPv6(parts[1]!) && bits <= 128);
};

const digits = (text: string) => text.replace(/[- ]/g, '');

const isIsbn10: Format = text => {
  const code = digits(text);
  if (!/^\d{9}[\dX]$/.test(code)) return false;
  return [...code].reduce((sum, c, i) => sum + (c === 'X' ? 10 : Number(c)) * (10 - i), 0) % 11 === 0;
};
const isIsbn13: Format = text => {
  const code = digits(text);
  return /^\d{13}$/.test(code) && [...code].reduce((sum, c, i) => sum + Number(c) * (i % 2 ? 3 : 1), 0) % 10 === 0;
};

const isCreditCard: Format = text => {
  const code = digits(text);
  if (!/^\d{12,19}$/.test(code)) return false;
  const sum = [...code].reverse().reduce((total, c, i) => {
    const n = Number(c) * (i % 2 ? 2 : 1);
    return total + (n > 9 ? n - 9 : n);
  }, 0);
  return sum % 10 === 0;
};

const uuid = (version: string) =>
  matches(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, 'i'));

const isDuration = matches(/^[+-]?(0|((\d+(\.\d*)?|\.\d+)\s*(ns|us|µs|μs|ms|s|m|h|d|w)\s*)+)$/);
const isHostname = matches(
  /^(?=.{1,253}$)[a-zA-Z0-9]([a-zA-Z0-9-]{0,62}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,62}[a-zA-Z0-9])?)*\.?$/,
);

/** FORMATS are the formats of texts that are checked; others say nothing. Their patterns backtrack over one run only. */
export const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['date', isDate],
  ['date-time', isDateTime],
  ['datetime', isDateTime],
  ['duration', isDuration],
  ['uri', isUri],
  ['email', matches(/^[^\s@<>",;:()[\]\\]{1,64}@[^\s@<>",;:()[\]\\]{1,255}$/)],
  ['hostname', isHostname],
  ['ipv4', isIPv4],
  ['ipv6', isIPv6],
  ['cidr', isCidr],
  [
    'mac',
    matches(/^([0-9a-f]{2}([:-])[0-9a-f]{2}(\2[0-9a-f]{2}){4}(\2[0-9a-f]{2}){0,2}|[0-9a-f]{4}(\.[0-9a-f]{4}){2,3})$/i),
  ],
  ['uuid', uuid('[0-9a-f]')],
  ['uuid3', uuid('3')],
  ['uuid4', uuid('4')],
  ['uuid5', uuid('5')],
  ['bsonobjectid', matches(/^[0-9a-f]{24}$/i)],
  ['isbn', text => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
  ['hexcolor', matches(/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i)],
  ['rgbcolor', matches(/^rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)$/)],
  ['byte', matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/)],
  ['password', () => true],
]);
