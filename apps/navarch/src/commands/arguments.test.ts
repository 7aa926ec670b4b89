import { describe, expect, test } from '@jest/globals';
import { parseArguments } from './arguments';

const SPECS = {
  workers: { type: 'number', help: '' },
  name: { type: 'string', help: '' },
  follow: { type: 'boolean', help: '', short: 'f' },
} as const;

describe('parseArguments', () => {
  test.each([
    ['separate and joined values', ['--workers', '3', '--name=lab'], { workers: 3, name: 'lab' }, []],
    ['a short flag between positional arguments', ['kubelet', '-f', 'x'], { follow: true }, ['kubelet', 'x']],
    ['a flag switched off', ['--follow=false'], { follow: false }, []],
    ['everything after -- as it stands', ['--', '--workers'], {}, ['--workers']],
    ['an empty value', ['--name='], { name: '' }, []],
  ])('reads %s', (_, argv, options, positional) => {
    expect(parseArguments(SPECS, argv)).toEqual({ options, positional });
  });

  test.each([
    ['an unknown option', ['--nodes', '3'], 'unknown option --nodes'],
    ['a long name with one dash', ['-name', 'x'], 'unknown option -name'],
    ['a missing value', ['--name'], '--name needs a value'],
    ['a number that is none', ['--workers', 'two'], '--workers needs a whole number, not "two"'],
    ['a flag with a value that is neither', ['--follow=maybe'], 'true or false'],
  ])('refuses %s', (_, argv, message) => {
    expect(() => parseArguments(SPECS, argv)).toThrow(message);
  });
});
