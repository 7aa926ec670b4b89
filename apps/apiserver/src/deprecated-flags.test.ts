import { expect, test } from '@jest/globals';
import { parseFlags } from '@navarch/nest-host';
import { DEPRECATED_FLAGS, warnOfDeprecated } from './deprecated-flags';

test('deprecated flags are taken, and those that are set are told of', () => {
  const flags = parseFlags(DEPRECATED_FLAGS, ['--logtostderr', '--insecure-port=0', '--kubelet-https=false']);
  const warnings: unknown[] = [];
  warnOfDeprecated(flags, { warn: (_text, fields) => void warnings.push(fields) });
  expect(warnings).toEqual([{ flags: ['--logtostderr', '--insecure-port'] }]);
});

test('nothing is told where none is set', () => {
  const warn = () => {
    throw new Error('told');
  };
  warnOfDeprecated(parseFlags(DEPRECATED_FLAGS, []), { warn });
});

test('flags that mean nothing here are taken without a word', () => {
  const argv = [
    '--profiling=false',
    '--service-account-lookup',
    '--storage-backend=etcd3',
    '--watch-cache-sizes=pods#1000',
  ];
  const warn = () => {
    throw new Error('told');
  };
  warnOfDeprecated(parseFlags(DEPRECATED_FLAGS, argv), { warn });
});
