import { timeZone, utcMs } from '@navarch/base';
import { method, type Library, type Overload } from '../environment';
import { CelError } from '../errors';
import { DURATION, INT, STRING, TIMESTAMP } from '../types';
import type { Duration, Timestamp } from '../values';

/** atZone is a date whose UTC parts are the zone's wall clock: a name (`Europe/Berlin`) or an offset (`+01:00`). */
function atZone({ nanos }: Timestamp, zone: string): Date {
  const date = new Date(Number(nanos / 1_000_000n));
  const m = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (m) {
    const minutes = Number(m[2]) * 60 + Number(m[3]);
    return new Date(date.getTime() + (m[1] === '-' ? -minutes : minutes) * 60_000);
  }
  if (zone === 'UTC') return date;
  const known = timeZone(zone);
  if (!known) throw new CelError(`unknown time zone ${zone}`);
  return new Date(date.getTime() + known.offset(date.getTime()));
}

function ofTime(read: (date: Date) => number): Overload[] {
  return [
    method([TIMESTAMP], INT, (time: Timestamp) => BigInt(read(atZone(time, 'UTC')))),
    method([TIMESTAMP, STRING], INT, (time: Timestamp, zone: string) => BigInt(read(atZone(time, zone)))),
  ];
}

const ofDuration = (unit: bigint) => method([DURATION], INT, ({ nanos }: Duration) => nanos / unit);
const dayOfYear = (date: Date) => Math.floor((date.getTime() - utcMs(date.getUTCFullYear(), 0, 1)) / 86_400_000);

/** TIME are the parts of timestamps (months and days count from zero, but for getDate) and of durations (in whole units). */
export const TIME: Library = {
  getFullYear: ofTime(date => date.getUTCFullYear()),
  getMonth: ofTime(date => date.getUTCMonth()),
  getDate: ofTime(date => date.getUTCDate()),
  getDayOfMonth: ofTime(date => date.getUTCDate() - 1),
  getDayOfWeek: ofTime(date => date.getUTCDay()),
  getDayOfYear: ofTime(dayOfYear),
  getHours: [...ofTime(date => date.getUTCHours()), ofDuration(3_600_000_000_000n)],
  getMinutes: [...ofTime(date => date.getUTCMinutes()), ofDuration(60_000_000_000n)],
  getSeconds: [...ofTime(date => date.getUTCSeconds()), ofDuration(1_000_000_000n)],
  getMilliseconds: [
    ...ofTime(date => date.getUTCMilliseconds()),
    method([DURATION], INT, ({ nanos }: Duration) => (nanos % 1_000_000_000n) / 1_000_000n),
  ],
};
