import { parseDuration } from '@navarch/apimachinery';

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);

/** scheduleProblem is what is wrong with a cron schedule, as messages put it; undefined: nothing. A leading zone is not looked at. */
export function scheduleProblem(schedule: string): string | undefined {
  if (schedule.startsWith('@')) return descriptorProblem(schedule);
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) return `Expected exactly 5 fields, found ${fields.length}: ${schedule}`;
  for (const [i, bounds] of FIELDS.entries()) {
    for (const part of fields[i]!.split(',').filter(Boolean)) {
      const problem = rangeProblem(part, bounds);
      if (problem) return problem;
    }
  }
  return undefined;
}

function descriptorProblem(text: string): string | undefined {
  if (DESCRIPTORS.has(text)) return undefined;
  if (!text.startsWith('@every ')) return `Unrecognized descriptor: ${text}`;
  try {
    parseDuration(text.slice('@every '.length));
    return undefined;
  } catch (error) {
    return `Failed to parse duration ${text}: ${error instanceof Error ? error.message : ''}`;
  }
}

function rangeProblem(text: string, { min, max, names }: Bounds): string | undefined {
  const [range = '', step, ...tooMuch] = text.split('/');
  if (tooMuch.length) return `Too many slashes: ${text}`;
  const ends = range.split('-');
  const number = (word: string) => {
    const named = names?.indexOf(word.toLowerCase()) ?? -1;
    return named >= 0 ? named + min : /^[+-]?\d+$/.test(word) ? Number(word) : undefined;
  };
  const unreadable = (word: string) =>
    `Failed to parse int from ${word}: strconv.Atoi: parsing ${JSON.stringify(word)}: invalid syntax`;
  let start: number | undefined = min;
  let end: number | undefined = max;
  if (range !== '*' && range !== '?') {
    if (ends.length > 2) return `Too many hyphens: ${text}`;
    start = number(ends[0]!);
    if (start === undefined) return unreadable(ends[0]!);
    end = ends.length === 2 ? number(ends[1]!) : step === undefined ? start : max;
    if (end === undefined) return unreadable(ends[1]!);
  }
  if (step !== undefined) {
    const by = number(step);
    if (by === undefined) return unreadable(step);
    if (by === 0) return `Step of range should be a positive number: ${text}`;
  }
  if (start < min) return `Beginning of range (${start}) below minimum (${min}): ${text}`;
  if (end > max) return `End of range (${end}) above maximum (${max}): ${text}`;
  return start > end ? `Beginning of range (${start}) beyond end of range (${end}): ${text}` : undefined;
}
