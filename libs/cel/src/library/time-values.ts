import { utcMs } from '@navarch/base';
import { CelError } from '../errors';
import { Duration, MAX_INT, MIN_INT, Timestamp } from '../values';

const SECOND = 1_000_000_000n;
const MIN_TIME = -62_135_596_800n * SECOND;
const MAX_TIME = 253_402_300_800n * SECOND - 1n;
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', SECOND],
  ['m', 60n * SECOND],
  ['h', 3600n * SECOND],
]);
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;

/** timestamp is the instant, or a CelError beyond the years 1 to 9999. */
export function timestamp(nanos: bigint): Timestamp {
  if (nanos < MIN_TIME || nanos > MAX_TIME) throw new CelError('timestamp overflow');
  return new Timestamp(nanos);
}

/** duration is the length, or a CelError beyond 64 bits of nanoseconds. */
export function duration(nanos: bigint): Duration {
  if (nanos < MIN_INT || nanos > MAX_INT) throw new CelError('duration overflow');
  return new Duration(nanos);
}

/** parseTimestamp reads RFC 3339; undefined if it is none. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const m = RFC3339.exec(text);
  if (!m) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone] = m as unknown as string[];
  const date = new Date(
    utcMs(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)),
  );
  const isReal =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60;
  if (!isReal) return undefined;
  let nanos = BigInt(date.getTime()) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  if (!/z/i.test(zone!)) {
    const offset = BigInt(Number(zone!.slice(1, 3)) * 60 + Number(zone!.slice(4))) * 60n * SECOND;
    nanos -= zone!.startsWith('-') ? -offset : offset;
  }
  return nanos < MIN_TIME || nanos > MAX_TIME ? undefined : new Timestamp(nanos);
}

/** formatTimestamp writes RFC 3339 in UTC, with as much of the fraction as there is. */
export function formatTimestamp({ nanos }: Timestamp): string {
  const fraction = ((nanos % SECOND) + SECOND) % SECOND;
  const date = new Date(Number((nanos - fraction) / 1_000_000n)).toISOString().slice(0, 19);
  const digits = fraction ? `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}` : '';
  return `${date}${digits}Z`;
}

/** parseDuration reads `1h30m`, `1.5s`, `0`; undefined if it is none. */
export function parseDuration(text: string): Duration | undefined {
  const m = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|[\u00b5\u03bc]s|ms|s|m|h))+|0)$/.exec(text);
  if (!m) return undefined;
  let total = 0n;
  for (const [, amount, unit] of m[2]!.matchAll(/([\d.]+)(ns|us|[\u00b5\u03bc]s|ms|s|m|h)/g)) {
    const [whole, fraction = ''] = amount!.split('.') as [string, string?];
    const size = UNITS.get(unit!)!;
    total += BigInt(whole || '0') * size;
    if (fraction) total += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length);
  }
  const nanos = m[1] === '-' ? -total : total;
  return nanos < MIN_INT || nanos > MAX_INT ? undefined : new Duration(nanos);
}

/** formatDuration writes seconds: `5400s`, `0.5s`. */
export function formatDuration({ nanos }: Duration): string {
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = size % SECOND;
  const digits = fraction ? `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}` : '';
  return `${nanos < 0n ? '-' : ''}${size / SECOND}${digits}s`;
}
