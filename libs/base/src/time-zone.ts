import { utcMs } from './clock';

/** TimeZone tells by how much the clocks of a place are ahead of UTC. */
export interface TimeZone {
  /** offset at a moment, in milliseconds; both are to the second. */
  readonly offset: (ms: number) => number;
}

const SECOND = 1000;
/** KEPT bounds how many zones are remembered: names come from users, who may write each in many ways. */
const KEPT = 64;
const zones = new Map<string, TimeZone>();

/** timeZone finds a zone of the IANA database by its name, in any case; undefined if there is none. Offsets (`+01:00`) are no names. */
export function timeZone(name: string): TimeZone | undefined {
  const known = zones.get(name);
  if (known) return known;
  const zone = makeZone(name);
  if (!zone) return undefined;
  if (zones.size >= KEPT) zones.delete(zones.keys().next().value!);
  zones.set(name, zone);
  return zone;
}

function makeZone(name: string): TimeZone | undefined {
  const format = formatOf(name);
  return format && { offset: ms => wallClock(format, ms) - Math.floor(ms / SECOND) * SECOND };
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Za-z]/.test(timeZone)) return undefined;
  const parts = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
  const shown = Object.fromEntries(parts.map(part => [part, 'numeric']));
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      calendar: 'gregory',
      era: 'short',
      ...shown,
    });
  } catch {
    return undefined;
  }
}

/** wallClock is what the clocks show at a moment, as if they showed UTC. */
function wallClock(format: Intl.DateTimeFormat, ms: number): number {
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type) ?? 0);
  const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year');
  return utcMs(year, part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}
