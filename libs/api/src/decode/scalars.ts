import { formatDuration, parseDuration, parseQuantity, remember } from '@navarch/apimachinery';
import { parseTime, RFC3339, RFC3339_MICRO } from './go-time';

/** LIMIT bounds how many canonical texts are kept. */
const LIMIT = 4096;

const quantityOf = remember(LIMIT, text => parseQuantity(text).toString());

/** canonicalQuantity is a quantity's canonical text. It throws an Error in the API's words. */
export const canonicalQuantity = (value: string | number): string => quantityOf(String(value));

const CANONICAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const formatSeconds = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 19);

/** canonicalTime is a moment in UTC and whole seconds: `2021-02-03T04:05:06Z`. It throws an Error in Go's words. */
export const canonicalTime = remember(LIMIT, text => {
  const { seconds } = parseTime(text, RFC3339);
  return CANONICAL_TIME.test(text) ? text : `${formatSeconds(seconds)}Z`;
});

/** canonicalMicroTime is a moment in UTC with six decimals. It throws an Error in Go's words. */
export function canonicalMicroTime(text: string): string {
  const { seconds, fraction } = parseTime(text, RFC3339_MICRO);
  return `${formatSeconds(seconds)}.${fraction}Z`;
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
