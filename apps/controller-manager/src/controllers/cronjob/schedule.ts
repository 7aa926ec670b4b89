import { parseDuration } from '@navarch/apimachinery';
import { loadZone, type Zone } from './zone';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** HORIZON_MS: a schedule that names no day within five years names none. */
const HORIZON_MS = 5 * 366 * DAY;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MACROS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** Schedule tells when something is due. All times are milliseconds since the epoch. */
export interface Schedule {
  /** next is the first time strictly after `after`; undefined if there is none within five years. */
  next(after: number): number | undefined;
  /** latest is the last time after `from` and not after `until`; undefined if there is none. */
  latest(from: number, until: number): number | undefined;
}

/** ScheduleError: the text is not a schedule. */
export class ScheduleError extends Error {}

/**
 * parseSchedule reads a cron schedule of five fields (minute, hour, day of month, month, day of week) with `*`, `?`, lists, ranges,
 * steps and names, one of the macros `@hourly`, `@daily`, …, or `@every 1h30m`; `TZ=Zone ` in front names a zone. Where both
 * days are restricted either may match. A local time that the clock skips is skipped, one that it shows twice comes twice.
 * It throws ScheduleError and UnknownZone.
 */
export function parseSchedule(text: string, zoneName?: string): Schedule {
  const [, prefixed, rest = ''] = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(.*)$/s.exec(text.trim()) ?? [];
  const zone = loadZone(zoneName ?? prefixed);
  if (rest.startsWith('@every ')) return every(rest);
  const fields = (MACROS.get(rest.toLowerCase()) ?? rest).split(/\s+/);
  if (fields.length !== 5) throw new ScheduleError(`expected exactly 5 fields, found ${fields.length}: ${rest}`);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields as [string, string, string, string, string];
  return new CronSchedule(zone, {
    minutes: parseField(minute, 0, 59),
    hours: parseField(hour, 0, 23),
    daysOfMonth: parseField(dayOfMonth, 1, 31),
    months: parseField(month, 1, 12, MONTHS),
    daysOfWeek: parseField(dayOfWeek, 0, 6, DAYS),
    anyDay: isStar(dayOfMonth) || isStar(dayOfWeek),
  });
}

function every(text: string): Schedule {
  let ms: number;
  try {
    ms = parseDuration(text.slice('@every '.length).trim());
  } catch (error) {
    throw new ScheduleError(`failed to parse duration ${text}: ${(error as Error).message}`);
  }
  const step = Math.max(1000, Math.floor(ms / 1000) * 1000);
  return {
    next: after => after - (after % 1000) + step,
    latest: (from, until) => {
      const first = from - (from % 1000) + step;
      return first > until ? undefined : first + Math.floor((until - first) / step) * step;
    },
  };
}

/** isStar: some part of the field leaves all open; a step does not. */
const isStar = (field: string) => field.split(',').some(part => /^[*?](\/1)?$/.test(part));

function parseField(field: string, min: number, max: number, names: readonly string[] = []): ReadonlySet<number> {
  const values = new Set<number>();
  const number = (word: string): number => {
    const named = names.indexOf(word.toLowerCase());
    if (named >= 0) return named + min;
    if (!/^\d+$/.test(word)) throw new ScheduleError(`failed to parse number: ${word}`);
    return Number(word);
  };
  for (const part of field.split(',')) {
    const [range = '', stepText, more] = part.split('/');
    if (more !== undefined) throw new ScheduleError(`too many slashes: ${part}`);
    const [low = '', high, tooMany] = range.split('-');
    if (tooMany !== undefined) throw new ScheduleError(`too many hyphens: ${part}`);
    const open = low === '*' || low === '?';
    const from = open ? min : number(low);
    // `5/15` goes on to the end, a plain `5` is itself.
    const to = open || (high === undefined && stepText !== undefined) ? max : high === undefined ? from : number(high);
    const step = stepText === undefined ? 1 : number(stepText);
    if (from < min) throw new ScheduleError(`beginning of range (${from}) below minimum (${min}): ${part}`);
    if (to > max) throw new ScheduleError(`end of range (${to}) above maximum (${max}): ${part}`);
    if (from > to) throw new ScheduleError(`beginning of range (${from}) beyond end of range (${to}): ${part}`);
    if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${part}`);
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

interface CronFields {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly daysOfWeek: ReadonlySet<number>;
  /** anyDay: one of the two day fields is open, so the other one decides; else either does. */
  readonly anyDay: boolean;
}

class CronSchedule implements Schedule {
  constructor(
    private readonly zone: Zone,
    private readonly fields: CronFields,
  ) {}

  next(after: number): number | undefined {
    const { months, hours, minutes } = this.fields;
    let at = after - (after % MINUTE) + MINUTE;
    while (at <= after + HORIZON_MS) {
      const { year, month, day, hour, minute } = this.zone.wallClock(at);
      if (!months.has(month)) at = this.zone.startOfDay(year, month + 1, 1, at);
      else if (!this.matchesDay(year, month, day)) at = this.zone.startOfDay(year, month, day + 1, at);
      else if (!hours.has(hour)) at += (60 - minute) * MINUTE;
      else if (!minutes.has(minute)) at += MINUTE;
      else return at;
    }
    return undefined;
  }

  latest(from: number, until: number): number | undefined {
    // Looking back in growing steps meets few times on the way, however long ago `from` is.
    for (const span of [60 * MINUTE, DAY, 32 * DAY, 367 * DAY, Number.POSITIVE_INFINITY]) {
      const since = Math.max(from, until - span);
      let found = this.next(since);
      if (found !== undefined && found <= until) {
        for (let later = this.next(found); later !== undefined && later <= until; later = this.next(later))
          found = later;
        return found;
      }
      if (since === from) return undefined;
    }
    return undefined;
  }

  private matchesDay(year: number, month: number, day: number): boolean {
    const { daysOfMonth, daysOfWeek, anyDay } = this.fields;
    const ofMonth = daysOfMonth.has(day);
    const ofWeek = daysOfWeek.has(new Date(Date.UTC(year, month - 1, day)).getUTCDay());
    return anyDay ? ofMonth && ofWeek : ofMonth || ofWeek;
  }
}
