import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { CriError, HollowRuntime, type Image, type PodSandboxConfig } from '@navarch/cri';
import { FakeClock } from '@navarch/testing';
import { FakeApi } from '../testkit/fake-api';
import { podWith } from '../testkit/pods';
import { imagesToRemove } from './image-collector';
import { defaultPullPolicy, parseImageName } from './image-name';
import { ImagePuller } from './image-puller';
import { credentialsFor } from './pull-secrets';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('parseImageName', () => {
  test.each([
    ['nginx', 'docker.io', 'library/nginx', 'latest', undefined],
    ['nginx:1.20.2', 'docker.io', 'library/nginx', '1.20.2', undefined],
    ['a/b', 'docker.io', 'a/b', 'latest', undefined],
    ['docker.io/nginx', 'docker.io', 'library/nginx', 'latest', undefined],
    ['registry:5000/x/y:z', 'registry:5000', 'x/y', 'z', undefined],
    ['localhost/x', 'localhost', 'x', 'latest', undefined],
    [`gcr.io/a/b@${DIGEST}`, 'gcr.io', 'a/b', undefined, DIGEST],
  ])('%s', (image, registry, repository, tag, digest) =>
    expect(parseImageName(image)).toEqual({ registry, repository, tag, digest }),
  );
  test.each(['', 'UPPER', 'a b', 'x:', '/x'])('%j is none', image => expect(parseImageName(image)).toBeUndefined());
  test('latest is pulled always', () =>
    expect([defaultPullPolicy('a'), defaultPullPolicy('a:latest'), defaultPullPolicy('a:1')]).toEqual([
      'Always',
      'Always',
      'IfNotPresent',
    ]));
});

describe('credentialsFor', () => {
  const secret = (auths: object): corev1.Secret => ({
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  });
  const auth = Buffer.from('user:pass:word').toString('base64');
  test.each([
    ['nginx', { 'https://index.docker.io/v1/': { auth } }, ['user']],
    ['r.io/x/y:1', { 'r.io': { auth } }, ['user']],
    ['r.io/x/y:1', { 'r.io/x': { auth: '', username: 'x' }, 'r.io': { auth } }, ['x', 'user']],
    ['r.io/xx/y:1', { 'r.io/x': { auth } }, []],
    ['a.r.io/x', { '*.r.io': { auth } }, ['user']],
    ['other.io/x', { 'r.io': { auth } }, []],
  ])('%s with %j', (image, auths, users) =>
    expect(credentialsFor(image, [secret(auths)]).map(({ username }) => username)).toEqual(users),
  );
  test('a password may have colons; the server is the image’s', () => {
    expect(credentialsFor('r.io/x', [secret({ 'r.io': { auth } })])).toEqual([
      { username: 'user', password: 'pass:word', serverAddress: 'r.io' },
    ]);
  });
  test('what cannot be read holds nothing', () => {
    expect(
      credentialsFor('r.io/x', [
        { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'e30=' } },
        { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': '!!' } },
      ]),
    ).toEqual([]);
  });
});

describe('ImagePuller', () => {
  class Registry extends HollowRuntime {
    pulls = 0;
    failure: Error | undefined;
    override pullImage(image: string): Promise<string> {
      this.pulls++;
      return this.failure ? Promise.reject(this.failure) : super.pullImage(image);
    }
  }
  const setup = () => {
    const [registry, api, clock] = [new Registry(), new FakeApi(), new FakeClock()];
    const puller = new ImagePuller(registry, api, clock);
    const ensure = (imagePullPolicy: string, image = 'nginx:1') => {
      const pod = podWith({ containers: [{ name: 'main', image, imagePullPolicy }] });
      return puller.ensure(
        pod,
        pod.spec!.containers[0]!,
        () => Promise.resolve([]),
        {} as PodSandboxConfig,
        new AbortController().signal,
      );
    };
    return { registry, api, clock, ensure };
  };
  test('pulls what is missing once, with IfNotPresent; each time with Always', async () => {
    const { registry, ensure, api } = setup();
    await Promise.all([ensure('IfNotPresent'), ensure('IfNotPresent')]);
    await ensure('IfNotPresent');
    expect(registry.pulls).toBe(1);
    await ensure('Always');
    expect(registry.pulls).toBe(2);
    expect(api.events).toContain('Pulled: Container image "nginx:1" already present on machine');
  });
  test('never pulls with Never', async () => {
    await expect(setup().ensure('Never')).rejects.toMatchObject({ reason: 'ErrImageNeverPull' });
  });
  test('refuses what is no image', async () => {
    await expect(setup().ensure('Always', 'NO NAME')).rejects.toMatchObject({ reason: 'InvalidImageName' });
  });
  test('backs off after a failure', async () => {
    const { registry, clock, ensure } = setup();
    registry.failure = new CriError('NOT_FOUND', 'no such image');
    await expect(ensure('Always')).rejects.toMatchObject({
      reason: 'ErrImagePull',
      message: 'rpc error: code = NotFound desc = no such image',
      retryAfterMs: 10_000,
    });
    await clock.advance(4000);
    await expect(ensure('Always')).rejects.toMatchObject({
      reason: 'ImagePullBackOff',
      message: 'Back-off pulling image "nginx:1": ErrImagePull: rpc error: code = NotFound desc = no such image',
      retryAfterMs: 6000,
    });
    await clock.advance(6000);
    await expect(ensure('Always')).rejects.toMatchObject({ reason: 'ErrImagePull', retryAfterMs: 20_000 });
    await clock.advance(20_000);
    registry.failure = undefined;
    expect((await ensure('Always')).repoTags).toEqual(['nginx:1']);
    expect(registry.pulls).toBe(3);
  });
});

describe('imagesToRemove', () => {
  const image = (id: string, size: number, pinned = false): Image => ({
    id,
    size,
    pinned,
    repoTags: [],
    repoDigests: [],
    uid: null,
    username: '',
  });
  const MINUTE = 60_000;
  test('the longest unused first, as many as needed; not what is used, pinned or new', () => {
    const uses = [
      { image: image('new', 10), firstSeen: 10 * MINUTE, lastUsed: 0 },
      { image: image('used', 10), firstSeen: 0, lastUsed: 0 },
      { image: image('pinned', 10, true), firstSeen: 0, lastUsed: 0 },
      { image: image('b', 10), firstSeen: 0, lastUsed: 2 },
      { image: image('a', 10), firstSeen: 0, lastUsed: 1 },
      { image: image('c', 10), firstSeen: 0, lastUsed: 3 },
    ];
    expect(imagesToRemove(uses, new Set(['used']), 15, 11 * MINUTE).map(({ id }) => id)).toEqual(['a', 'b']);
  });
});
