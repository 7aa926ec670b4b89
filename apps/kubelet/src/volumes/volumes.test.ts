import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdir, mkdtemp, readFile, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { corev1 } from '@navarch/api';
import { referencesOf } from '../config/object-store';
import { podWith } from '../testkit/pods';
import { checkPayloadPath, writePayload } from './atomic-writer';
import { prepareHostPath } from './host-path';
import { volumePayload } from './payload';
import { subPathOf } from './sub-path';

let dir: string;
beforeEach(async () => void (dir = await mkdtemp(path.join(tmpdir(), 'volumes-'))));
afterEach(() => rm(dir, { recursive: true }));

const file = (text: string, mode = 0o644) => ({ data: Buffer.from(text), mode });
const twoUsers = { containers: [5, 6].map(runAsUser => ({ name: `c${runAsUser}`, securityContext: { runAsUser } })) };
const read = (name: string) => readFile(path.join(dir, name), 'utf8');

describe('writePayload', () => {
  test('writes files behind one link, and changes them all at once', async () => {
    expect(
      await writePayload(
        dir,
        new Map([
          ['a', file('1')],
          ['d/b', file('2', 0o400)],
        ]),
      ),
    ).toBe(true);
    expect([await read('a'), await read('d/b'), await readlink(path.join(dir, 'a'))]).toEqual(['1', '2', '..data/a']);
    expect((await stat(path.join(dir, 'd/b'))).mode & 0o777).toBe(0o400);
    const first = await readlink(path.join(dir, '..data'));

    expect(
      await writePayload(
        dir,
        new Map([
          ['a', file('1')],
          ['d/b', file('2')],
        ]),
      ),
    ).toBe(false);
    expect(await readlink(path.join(dir, '..data'))).toBe(first);

    expect(await writePayload(dir, new Map([['c', file('3')]]))).toBe(true);
    const second = await readlink(path.join(dir, '..data'));
    expect((await readdir(dir)).sort()).toEqual([second, '..data', 'c'].sort());
    expect(await read('c')).toBe('3');
  });
  test('an empty payload is an empty volume', async () => {
    await writePayload(dir, new Map());
    expect((await readdir(dir)).filter(name => !name.startsWith('..'))).toEqual([]);
  });
  test.each(['', '/abs', '../up', 'a/../../b', '..data', '..x/y', 'nul\0'])('refuses the path %j', name => {
    expect(() => checkPayloadPath(name)).toThrow('invalid path');
  });
  test.each(['a', 'a/b', '.hidden', 'a..b', 'x/..y'])('takes the path %j', name =>
    expect(() => checkPayloadPath(name)).not.toThrow(),
  );
});

describe('volumePayload', () => {
  const b64 = (text: string) => Buffer.from(text).toString('base64');
  const sources = {
    configMap: (name: string) =>
      Promise.resolve(name === 'cm' ? { data: { k: 'v', l: 'w' }, binaryData: { bin: b64('\u0001') } } : undefined),
    secret: (name: string) => Promise.resolve(name === 's' ? { data: { p: b64('word') } } : undefined),
    token: ({ audience = 'api' }: { audience?: string }) => Promise.resolve(`token for ${audience}`),
    fields: { nodeName: 'n', hostIPs: [], podIPs: [], allocatable: {} },
  };
  const of = async (volume: Omit<corev1.Volume, 'name'>, pod = podWith({}, { labels: { a: 'b' } })) =>
    Object.fromEntries(
      [...(await volumePayload(pod, { name: 'x', ...volume }, sources))].map(([name, { data, mode }]) => [
        name,
        [data.toString(), mode.toString(8)],
      ]),
    );
  test.each<[string, Omit<corev1.Volume, 'name'>, Record<string, string[]>]>([
    ['a config map', { configMap: { name: 'cm' } }, { k: ['v', '644'], l: ['w', '644'], bin: ['\u0001', '644'] }],
    [
      'chosen keys',
      {
        configMap: {
          name: 'cm',
          defaultMode: 0o600,
          items: [
            { key: 'k', path: 'd/k' },
            { key: 'l', path: 'l', mode: 0o400 },
          ],
        },
      },
      { 'd/k': ['v', '600'], l: ['w', '400'] },
    ],
    ['a secret', { secret: { secretName: 's', defaultMode: 0o400 } }, { p: ['word', '400'] }],
    ['nothing, if that is allowed', { secret: { secretName: 'no', optional: true } }, {}],
    [
      'the pod itself',
      { downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { l: ['a="b"', '644'] },
    ],
    [
      'all of them',
      {
        projected: {
          sources: [
            { configMap: { name: 'cm', items: [{ key: 'k', path: 'k' }] } },
            { secret: { name: 's' } },
            { serviceAccountToken: { path: 't', audience: 'vault' } },
          ],
        },
      },
      { k: ['v', '644'], p: ['word', '644'], t: ['token for vault', '644'] },
    ],
  ])('makes files of %s', async (_, volume, want) => expect(await of(volume)).toEqual(want));
  test.each<[Omit<corev1.Volume, 'name'>, string]>([
    [{ configMap: { name: 'no' } }, 'configmap "no" not found'],
    [{ secret: { secretName: 'no' } }, 'secret "no" not found'],
    [
      { configMap: { name: 'cm', items: [{ key: 'z', path: 'z' }] } },
      'configmap references non-existent config key: z',
    ],
    [{ secret: { secretName: 's', items: [{ key: 'z', path: 'z' }] } }, 'references non-existent secret key: z'],
  ])('%j fails: %s', async (volume, message) => expect(of(volume)).rejects.toThrow(message));
  test.each<[string, Partial<corev1.PodSpec>, string, number | undefined]>([
    ['its user’s alone', { securityContext: { runAsUser: 5 } }, '600', 5],
    ['its group’s, by the writer', { securityContext: { fsGroup: 6 } }, '600', undefined],
    ['both theirs', { securityContext: { runAsUser: 5, fsGroup: 6 } }, '600', 5],
    ['all theirs, where containers have users of their own', twoUsers, '644', undefined],
  ])('a token is %s', async (_whose, spec, mode, uid) => {
    const volume = { name: 'x', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } };
    const token = (await volumePayload(podWith(spec), volume, sources)).get('t');
    expect([token?.mode.toString(8), token?.uid]).toEqual([mode, uid]);
  });
});

describe('subPathOf', () => {
  test('makes what is missing, open to those to whom the volume is', async () => {
    await chmod(dir, 0o2777);
    expect(await subPathOf(dir, 'a/b')).toBe(path.join(dir, 'a/b'));
    const [outer, inner] = await Promise.all(['a', 'a/b'].map(name => stat(path.join(dir, name))));
    expect([outer!.mode & 0o7777, inner!.mode & 0o7777]).toEqual([0o2777, 0o2777]);
    expect(inner!.isDirectory()).toBe(true);
  });
  test('follows links within the volume only', async () => {
    await mkdir(path.join(dir, 'real'));
    await symlink('real', path.join(dir, 'inside'));
    await symlink('/etc', path.join(dir, 'outside'));
    expect(await subPathOf(dir, 'inside')).toBe(path.join(dir, 'real'));
    await expect(subPathOf(dir, 'outside')).rejects.toThrow('leads out of its volume');
    await expect(subPathOf(dir, '../x')).rejects.toThrow('must be relative');
  });
});

describe('prepareHostPath', () => {
  test('makes or checks, by type', async () => {
    const at = (name: string) => path.join(dir, name);
    await prepareHostPath({ path: at('d'), type: 'DirectoryOrCreate' });
    await prepareHostPath({ path: at('f'), type: 'FileOrCreate' });
    await prepareHostPath({ path: at('d'), type: 'Directory' });
    await prepareHostPath({ path: at('f'), type: 'File' });
    await prepareHostPath({ path: at('none') });
    await writeFile(at('f'), 'kept');
    await prepareHostPath({ path: at('f'), type: 'FileOrCreate' });
    expect(await read('f')).toBe('kept');
    await expect(prepareHostPath({ path: at('f'), type: 'Directory' })).rejects.toThrow('is not a directory');
    await expect(prepareHostPath({ path: at('none'), type: 'Socket' })).rejects.toThrow('is not a socket');
    await expect(prepareHostPath({ path: at('d'), type: 'Strange' })).rejects.toThrow(
      'Strange is an invalid volume type',
    );
  });
});

describe('referencesOf', () => {
  test('finds all that a pod names', () => {
    const pod = podWith({
      imagePullSecrets: [{ name: 'pull' }],
      initContainers: [{ name: 'i', envFrom: [{ configMapRef: { name: 'a' } }, { secretRef: { name: 'b' } }] }],
      containers: [
        {
          name: 'c',
          env: [
            { name: 'X', valueFrom: { configMapKeyRef: { name: 'd', key: 'k' } } },
            { name: 'Y', valueFrom: { secretKeyRef: { name: 'e', key: 'k' } } },
          ],
        },
      ],
      volumes: [
        { name: 'v', configMap: { name: 'f' } },
        { name: 'w', secret: { secretName: 'g' } },
        { name: 'p', projected: { sources: [{ configMap: { name: 'h' } }, { secret: { name: 'j' } }] } },
      ],
    });
    const { configMaps, secrets } = referencesOf(pod);
    expect([[...configMaps].sort(), [...secrets].sort()]).toEqual([
      ['a', 'd', 'f', 'h'],
      ['b', 'e', 'g', 'j', 'pull'],
    ]);
  });
});
