const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const pair = (big: number, bigUnit: string, small: number, smallUnit: string) =>
  small ? `${big}${bigUnit}${small}${smallUnit}` : `${big}${bigUnit}`;

/** humanDuration prints an age with two or three significant digits, as kubectl's AGE column: 5s, 2m3s, 25h, 5d3h, 400d, 2y5d. */
export function humanDuration(ms: number): string {
  const whole = (unit: number) => Math.trunc(ms / unit);
  const seconds = whole(SECOND);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (ms < 2 * MINUTE) return `${seconds}s`;
  if (ms < 10 * MINUTE) return pair(whole(MINUTE), 'm', seconds % 60, 's');
  if (ms < 3 * HOUR) return `${whole(MINUTE)}m`;
  if (ms < 8 * HOUR) return pair(whole(HOUR), 'h', whole(MINUTE) % 60, 'm');
  if (ms < 2 * DAY) return `${whole(HOUR)}h`;
  if (ms < 8 * DAY) return pair(whole(DAY), 'd', whole(HOUR) % 24, 'h');
  if (ms < 2 * YEAR) return `${whole(DAY)}d`;
  if (ms < 8 * YEAR) return pair(whole(YEAR), 'y', whole(DAY) % 365, 'd');
  return `${whole(YEAR)}y`;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['ms', 1],
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
]);

/** parseDuration reads Go's notation (`1h30m`, `250ms`, `-1.5s`, `0`) into milliseconds. It throws an Error in Go's words. */
export function parseDuration(text: string): number {
  const m = /^([+-]?)(.*)$/s.exec(text)!;
  if (m[2] === '0') return 0;
  let total = 0;
  let rest = m[2]!;
  if (!rest) throw new Error(`time: invalid duration ${JSON.stringify(text)}`);
  while (rest) {
    const part = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest);
    if (!part) throw new Error(`time: invalid duration ${JSON.stringify(text)}`);
    if (!part[2]) throw new Error(`time: missing unit in duration ${JSON.stringify(text)}`);
    const unit = UNITS.get(part[2]);
    if (unit === undefined)
      throw new Error(`time: unknown unit ${JSON.stringify(part[2])} in duration ${JSON.stringify(text)}`);
    total += Number(part[1]) * unit;
    rest = rest.slice(part[0].length);
  }
  return m[1] === '-' ? -total : total;
}

/** formatDuration prints milliseconds in Go's notation: `1h30m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const size = Math.abs(ms);
  if (size < SECOND) {
    const [unit, scale] = size >= 1 ? ['ms', 1] : size >= 1e-3 ? ['µs', 1e3] : ['ns', 1e6];
    return `${sign}${Number((size * (scale as number)).toFixed(6))}${unit}`;
  }
  const hours = Math.floor(size / HOUR);
  const minutes = Math.floor((size % HOUR) / MINUTE);
  const seconds = Number(((size % MINUTE) / SECOND).toFixed(9));
  return `${sign}${hours ? `${hours}h` : ''}${hours || minutes ? `${minutes}m` : ''}${seconds}s`;
}
