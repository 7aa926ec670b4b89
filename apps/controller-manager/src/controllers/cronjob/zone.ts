import { timeZone, type TimeZone } from '@navarch/base';

/** WallClock is a moment as clocks on the wall show it; months from 1. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** Zone turns moments (milliseconds since the epoch) into wall clock time and back. */
export interface Zone {
  wallClock(ms: number): WallClock;
  /** startOfDay is the first minute of a day (month and day may run over), and always after `after`. */
  startOfDay(year: number, month: number, day: number, after: number): number;
  /** rfc3339 renders a moment with the zone's offset, `2024-03-01T02:30:00+01:00`; UTC as `Z`. */
  rfc3339(ms: number): string;
}

/** UnknownZone: nobody knows a time zone of this name. */
export class UnknownZone extends Error {}

const MINUTE = 60_000;

/** loadZone finds a zone of the IANA database; '' and undefined are the machine's own. It throws UnknownZone. */
export function loadZone(name: string | undefined): Zone {
  const wanted = name || Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zone = timeZone(wanted);
  if (!zone) throw new UnknownZone(`unknown time zone ${wanted}`);
  return zoneOf(zone);
}

function zoneOf({ offset }: TimeZone): Zone {
  const wallClock = (ms: number): WallClock => {
    const date = new Date(ms + offset(ms));
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
    };
  };
  return {
    wallClock,
    startOfDay(year, month, day, after) {
      const midnight = Date.UTC(year, month - 1, day);
      // The offset there is that of one of the days around it.
      const guesses = [midnight - offset(midnight - 12 * 60 * MINUTE), midnight - offset(midnight + 12 * 60 * MINUTE)];
      const exact = guesses.filter(ms => ms + offset(ms) === midnight);
      // Where midnight is skipped the day begins at the first minute after it.
      const found = exact.length ? Math.min(...exact) : Math.max(...guesses);
      return Math.max(found, after + MINUTE);
    },
    rfc3339(ms) {
      const ahead = offset(ms) / MINUTE;
      const local = new Date(ms + ahead * MINUTE).toISOString().slice(0, 19);
      if (ahead === 0) return `${local}Z`;
      const two = (value: number) => String(value).padStart(2, '0');
      return `${local}${ahead < 0 ? '-' : '+'}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`;
    },
  };
}
