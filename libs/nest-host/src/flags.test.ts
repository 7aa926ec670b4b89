import { describe, expect, test } from '@jest/globals';
import { flag, FlagError, parseDuration, parseFlags, usage } from './flags';

const flags = {
  name: flag.string('n', 'a name'),
  count: flag.int(3, 'a count'),
  on: flag.bool(false, 'a switch'),
  period: flag.duration('40s', 'a time'),
  list: flag.strings(['a'], 'a list'),
};

describe('parseFlags', () => {
  const cases: { name: string; argv: string[]; config?: Record<string, unknown>; want: object }[] = [
    { name: 'nothing given', argv: [], want: { name: 'n', count: 3, on: false, period: 40_000, list: ['a'] } },
    {
      name: 'inline and separate values',
      argv: ['--name=x', '--count', '5', '--on'],
      want: { name: 'x', count: 5, on: true },
    },
    { name: 'a single dash', argv: ['-name', 'x'], want: { name: 'x' } },
    { name: 'a switch turned off', argv: ['--on=false'], want: { on: false } },
    { name: 'lists add up', argv: ['--list=a,b', '--list', 'c'], want: { list: ['a', 'b', 'c'] } },
    { name: 'a value with =', argv: ['--name=a=b'], want: { name: 'a=b' } },
    {
      name: 'the config file',
      argv: [],
      config: { count: 7, list: ['x'], period: '1m' },
      want: { count: 7, list: ['x'], period: 60_000 },
    },
    { name: 'the command line over the config file', argv: ['--count=9'], config: { count: 7 }, want: { count: 9 } },
  ];
  test.each(cases)('$name', ({ argv, config, want }) => {
    expect(parseFlags(flags, argv, config)).toMatchObject(want);
  });

  test.each([['--nope'], ['--count=x'], ['--on=maybe'], ['--name'], ['stray'], ['--period=5'], ['--__proto__=1']])(
    '%s is refused',
    argument => {
      expect(() => parseFlags(flags, [argument])).toThrow(FlagError);
    },
  );

  test('an unknown field of the config file is refused', () => {
    expect(() => parseFlags(flags, [], { nope: 1 })).toThrow('unknown field in the config file: nope');
  });
});

test.each([
  ['0', 0],
  ['1h30m', 5_400_000],
  ['250ms', 250],
  ['1.5s', 1500],
])('parseDuration(%s)', (text, want) => {
  expect(parseDuration(text)).toBe(want);
});

test('usage names each flag with its default', () => {
  expect(usage('x', 'does x', flags)).toMatch(/--period duration\n\s+a time \(default 40s\)/);
});
