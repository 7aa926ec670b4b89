import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AnyObject } from '@navarch/apimachinery';
import { eventually } from '@navarch/testing';
import { RunningServer, configMap, configMapPath } from './testing/running-server';

let api: RunningServer;
beforeAll(async () => {
  api = await RunningServer.start();
}, 60_000);
afterAll(() => api?.stop());

/** watching reads a watch over HTTP/2 into a list that grows. */
function watching(query: string) {
  const stream = api.session.request({ ':path': `${configMapPath()}?watch=true&${query}` });
  const events: { type: string; object: AnyObject }[] = [];
  let rest = '';
  let ended = false;
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    events.push(...lines.map(line => JSON.parse(line) as (typeof events)[number]));
  });
  stream.on('end', () => (ended = true));
  return { events, stop: () => stream.close(), ended: () => ended };
}

test('a watch may begin without the present state', async () => {
  await api.ask('POST', configMapPath(), configMap('present'));
  const watch = watching('sendInitialEvents=false&resourceVersionMatch=NotOlderThan&timeoutSeconds=60');
  await eventually(async () => {
    await api.ask(
      'PATCH',
      configMapPath('present'),
      { data: { t: String(Math.random()) } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(watch.events.length).toBeGreaterThan(0);
  });
  watch.stop();
  expect(watch.events[0]).toMatchObject({ type: 'MODIFIED', object: { metadata: { name: 'present' } } });
  expect((await api.ask('GET', `${configMapPath()}?watch=true&resourceVersion=odd`)).status).toBe(500);
  await api.ask('DELETE', configMapPath('present'));
});

test('a watch tells what happens, also to those that come back later', async () => {
  const start = await api.ask('GET', configMapPath());
  const from = String(start.body.metadata['resourceVersion']);
  const watch = watching(`resourceVersion=${from}&labelSelector=w%3Dx`);
  await api.ask('POST', configMapPath(), { ...configMap('w'), metadata: { name: 'w', labels: { w: 'x' } } });
  await api.ask('PATCH', configMapPath('w'), { data: { a: '1' } }, { 'content-type': 'application/merge-patch+json' });
  await api.ask(
    'PATCH',
    configMapPath('w'),
    { metadata: { labels: { w: 'y' } } },
    { 'content-type': 'application/merge-patch+json' },
  );
  await eventually(() => expect(watch.events.map(e => e.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']));
  watch.stop();
  const resumed = watching(`resourceVersion=${from}&labelSelector=w%3Dx&timeoutSeconds=1`);
  await eventually(() => expect(resumed.ended()).toBe(true));
  expect(resumed.events).toEqual(watch.events);
  const listed = watching(
    'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=w%3Dy',
  );
  await eventually(() => expect(listed.events.map(e => e.type)).toEqual(['ADDED', 'BOOKMARK']));
  expect(listed.events[1]?.object.metadata?.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  listed.stop();
});

test('a drain ends watches and refuses to wait for new ones', async () => {
  const watch = watching('timeoutSeconds=60');
  await eventually(() => expect(watch.events.length).toBeGreaterThan(0));
  expect(api.server.draining).toBe(false);
  await api.server.drain(5_000);
  expect(api.server.draining).toBe(true);
  await eventually(() => expect(watch.ended()).toBe(true));
});
