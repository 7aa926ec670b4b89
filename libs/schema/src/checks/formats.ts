import { isValidIP } from '@navarch/apimachinery';
import { isEmail } from './email';
import { isUri } from './uri';

/** Format tells whether a text is of a format, for the release that reads it. */
type Format = (text: string, emulated: number) => boolean;

type TextTest = (text: string) => boolean;

const matches =
  (pattern: RegExp): TextTest =>
  text =>
    pattern.test(text);

const isDate: TextTest = text => {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!parts) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
};

const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(.\d+)?(z|[+-]\d\d:\d\d)$/;
const isDateTime: TextTest = text => {
  const [date = '', time] = text.toLowerCase().split('t');
  return time !== undefined && isDate(date) && TIME.test(time);
};

const isAddress: Format = (text, emulated) => !isValidIP(text, { emulated }).length;

const isCidr: Format = (text, emulated) => {
  const [, address = '', length] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  return isAddress(address, emulated) && Number(length) <= (address.includes(':') ? 128 : 32);
};

const isIsbn10: TextTest = text => {
  const code = text.replace(/[\s-]+/g, '');
  if (!/^(\d{9}X|\d{10})$/.test(code)) return false;
  return [...code].reduce((sum, c, i) => sum + (c === 'X' ? 10 : Number(c)) * (10 - i), 0) % 11 === 0;
};
const isIsbn13: TextTest = text => {
  const code = text.replace(/[\s-]+/g, '');
  return /^\d{13}$/.test(code) && [...code].reduce((sum, c, i) => sum + Number(c) * (i % 2 ? 3 : 1), 0) % 10 === 0;
};

/** CARDS are the numbers of the issuers that are known. */
const CARDS =
  /^(4\d{12}(\d{3})?|5[1-5]\d{14}|6(011|5\d\d)\d{12}|3[47]\d{13}|3(0[0-5]|[68]\d)\d{11}|(2131|1800|35\d{3})\d{11})$/;
const isCreditCard: Format = text => {
  const code = text.replace(/[^0-9]+/g, '');
  if (!CARDS.test(code)) return false;
  const sum = [...code].reverse().reduce((total, c, i) => {
    const n = Number(c) * (i % 2 ? 2 : 1);
    return total + (n > 9 ? n - 9 : n);
  }, 0);
  return sum % 10 === 0;
};

/** uuid: the later versions name a variant too. */
const uuid = (version: string, variant = '[0-9a-f]') =>
  matches(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i'));
const VARIANT = '[89ab]';

/** isDuration: as Go writes them, or numbers with units in words: `5 days`. What else stands there does not matter. */
const GO_DURATION = /^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|[\u00b5\u03bc]s|ms|s|m|h))+)$/;
const UNIT = /^(ns|us|\u00b5s|ms|s|m|h|d|w|wk|hr|nano.*|micro.*|milli.*|sec.*|min.*|hour.*|day.*|week.*)$/i;
const isDuration: TextTest = text =>
  GO_DURATION.test(text) || [...text.matchAll(/\d+\s*([A-Za-z\u00b5]+)/g)].some(([, unit]) => UNIT.test(unit!));

const HOST =
  /^([a-zA-Z0-9\p{S}\p{L}](-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?|([a-zA-Z0-9\p{S}\p{L}]([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z\p{L}]{2,63})$/u;
const MAX_HOST_BYTES = 255;
const MAX_LABEL_BYTES = 63;
const isHostname: TextTest = text =>
  Buffer.byteLength(text) <= MAX_HOST_BYTES &&
  text.split('.').every(label => Buffer.byteLength(label) <= MAX_LABEL_BYTES) &&
  HOST.test(text);

const BYTE = '(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';

/** FORMATS are the formats of texts that are checked; others say nothing. Their patterns backtrack over one run only. */
export const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['date', isDate],
  ['date-time', isDateTime],
  ['datetime', isDateTime],
  ['duration', isDuration],
  ['uri', isUri],
  ['email', isEmail],
  ['hostname', isHostname],
  // An address that is written with dots counts as both.
  ['ipv4', (text, emulated) => isAddress(text, emulated) && text.includes('.')],
  ['ipv6', (text, emulated) => isAddress(text, emulated) && text.includes(':')],
  ['cidr', isCidr],
  [
    'mac',
    matches(
      /^([0-9a-f]{2}([:-])[0-9a-f]{2}(\2[0-9a-f]{2}){4}((\2[0-9a-f]{2}){2}((\2[0-9a-f]{2}){12})?)?|[0-9a-f]{4}(\.[0-9a-f]{4}){2}(\.[0-9a-f]{4}((\.[0-9a-f]{4}){6})?)?)$/i,
    ),
  ],
  ['uuid', uuid('[0-9a-f]')],
  ['uuid3', uuid('3')],
  ['uuid4', uuid('4', VARIANT)],
  ['uuid5', uuid('5', VARIANT)],
  ['bsonobjectid', matches(/^[0-9a-f]{24}$/i)],
  ['isbn', text => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', matches(/^\d{3}[- ]\d{2}[- ]\d{4}$/)],
  ['hexcolor', matches(/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i)],
  ['rgbcolor', matches(new RegExp(`^rgb\\(\\s*${BYTE}\\s*,\\s*${BYTE}\\s*,\\s*${BYTE}\\s*\\)$`))],
  ['byte', matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/)],
  ['password', () => true],
]);
