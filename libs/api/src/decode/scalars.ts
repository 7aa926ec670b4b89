import { formatDuration, parseDuration, parseQuantity, remember } from '@navarch/apimachinery';
import { utcMs } from '@navarch/base';

/** LIMIT bounds how many canonical texts are kept. */
const LIMIT = 4096;

const quantityOf = remember(LIMIT, text => parseQuantity(text).toString());

/** canonicalQuantity is a quantity's canonical text. It throws an Error in the API's words. */
export const canonicalQuantity = (value: string | number): string => quantityOf(String(value));

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;
const CANONICAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function parseTime(text: string, layout: string): { seconds: number; fraction: string } {
  const m = RFC3339.exec(text);
  const [, year, month, day, hour, minute, second, fraction = '', zone] = m ?? [];
  const utc = m
    ? utcMs(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
    : NaN;
  const inMonth =
    m !== null &&
    new Date(utc).getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60;
  if (!inMonth) throw new Error(`parsing time ${JSON.stringify(text)}${whyNoTime(text, layout)}`);
  const offset =
    zone === 'Z' ? 0 : Number(`${zone![0]}1`) * (Number(zone!.slice(1, 3)) * 60 + Number(zone!.slice(4))) * 60_000;
  return { seconds: (utc - offset) / 1000, fraction };
}

/** whyNoTime is what Go has against a text: more than a time, or no time from its first character on. */
function whyNoTime(text: string, layout: string): string {
  const more = EXTRA_TEXT.exec(text)?.[1];
  if (more) return `: extra text: ${JSON.stringify(more)}`;
  return ` as "${layout}": cannot parse ${JSON.stringify(text)} as "2006"`;
}

const EXTRA_TEXT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)(.+)$/s;

const formatSeconds = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 19);

/** canonicalTime is a moment in UTC and whole seconds: `2021-02-03T04:05:06Z`. It throws an Error in Go's words. */
export const canonicalTime = remember(LIMIT, text => {
  const { seconds } = parseTime(text, '2006-01-02T15:04:05Z07:00');
  return CANONICAL_TIME.test(text) ? text : `${formatSeconds(seconds)}Z`;
});

/** canonicalMicroTime is a moment in UTC with six decimals. It throws an Error in Go's words. */
export function canonicalMicroTime(text: string): string {
  const { seconds, fraction } = parseTime(text, '2006-01-02T15:04:05.000000Z07:00');
  return `${formatSeconds(seconds)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}

/** canonicalDuration is a duration as Go prints it. It throws an Error in Go's words. */
export function canonicalDuration(text: string): string {
  return formatDuration(parseDuration(text));
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** canonicalBase64 checks standard base64 (line breaks are dropped). It throws an Error in Go's words. */
export function canonicalBase64(text: string): string {
  if (text.length % 4 === 0 && BASE64.test(text)) return text;
  const joined = text.replace(/[\r\n]/g, '');
  if (joined.length % 4 === 0 && BASE64.test(joined)) return joined;
  throw new Error(`illegal base64 data at input byte ${corruptAt(text)}`);
}

/** corruptAt is where a reader of four characters at a time gives up. */
function corruptAt(text: string): number {
  const isBreak = (at: number) => text[at] === '\n' || text[at] === '\r';
  for (let at = 0; ;) {
    for (let digits = 0; digits < 4; at++) {
      const c = text[at];
      if (c === undefined) return at - digits;
      if (isBreak(at)) continue;
      if (/[A-Za-z0-9+/]/.test(c)) digits++;
      else if (c !== '=' || digits < 2) return at;
      else return afterPadding(text, at + 1, digits, isBreak);
    }
  }
}

/** afterPadding is where what stands behind the first `=` is wrong. */
function afterPadding(text: string, start: number, digits: number, isBreak: (at: number) => boolean): number {
  let at = start;
  const skip = () => {
    while (isBreak(at)) at++;
  };
  skip();
  if (digits === 2) {
    if (at === text.length) return at;
    if (text[at] !== '=') return at - 1;
    at++;
    skip();
  }
  return at;
}
