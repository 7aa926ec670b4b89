import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLogger } from '@navarch/base';
import { podWith } from '../testkit/pods';
import { VolumeManager } from './volume-manager';

const able = process.getuid?.() === 0;
if (!able) console.warn('skipped: volumes that are mounted (needs root)');

(able ? describe : describe.skip)('VolumeManager, with mounts', () => {
  let rootDir: string;
  let volumes: VolumeManager;
  beforeAll(async () => {
    rootDir = await mkdtemp(path.join(tmpdir(), 'volumes-'));
    const parts = [{ options: { rootDir }, log: silentLogger }, {}, { forget: () => undefined }];
    volumes = new VolumeManager(...(parts as unknown as ConstructorParameters<typeof VolumeManager>));
  });
  afterAll(() => rm(rootDir, { recursive: true }));

  test.each<[string, string | undefined, number | undefined, string, number]>([
    ['disk', undefined, undefined, '777', 0],
    ['disk of a group', undefined, 123, '2777', 123],
    ['memory', 'Memory', undefined, '1777', 0],
    ['memory of a group', 'Memory', 123, '3777', 123],
  ])('an emptyDir on %s', async (_, medium, fsGroup, mode, gid) => {
    const emptyDir = medium ? { medium } : {};
    const pod = podWith({ volumes: [{ name: 'v', emptyDir }], ...(fsGroup && { securityContext: { fsGroup } }) });
    const fields = { nodeName: 'n', hostIPs: [], podIPs: [], allocatable: {} };
    try {
      const found = await stat((await volumes.setUp(pod, fields)).get('v')!.hostPath);
      expect([(found.mode & 0o7777).toString(8), found.gid]).toEqual([mode, gid]);
    } finally {
      await volumes.tearDown('u1');
    }
  });
});
