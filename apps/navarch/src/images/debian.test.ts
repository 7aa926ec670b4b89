import { describe, expect, test } from '@jest/globals';
import { fileNames, isNeeded, packageOf } from './debian';

test('fileNames reads what apt-get --print-uris says', () => {
  const uris =
    "'http://deb.example/pool/a_1_amd64.deb' a_1_amd64.deb 100 SHA256:00\nNOTE: something\n'http://deb.example/b.deb' b_1%3a2_all.deb 5 MD5Sum:0\n";
  expect(fileNames(uris)).toEqual(['a_1_amd64.deb', 'b_1%3a2_all.deb']);
});

test('packageOf is the part before the version', () => {
  expect(packageOf('libssl3_3.0.22-1_amd64.deb')).toBe('libssl3');
});

describe('isNeeded', () => {
  test.each([
    ['libc6', ['nginx'], true],
    ['perl-base', ['nginx'], false],
    ['dpkg', ['nginx'], false],
    ['dpkg', ['dpkg'], true],
    ['media-types', ['nginx'], false],
    ['media-types', ['python3-flask'], true],
  ])('%s for %s: %s', (name, asked, needed) => {
    expect(isNeeded(name, asked)).toBe(needed);
  });
});
