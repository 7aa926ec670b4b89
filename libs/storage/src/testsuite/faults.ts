import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Storage } from '../interface';
import { Recorder } from './recorder';
import { widget, widgets } from './resource';
import type { SuiteContext, SuiteServer, SuiteSubject } from './context';

const at = (name: string, namespace = 'ns') => ({ namespace, name });

/** faultTests have an etcd of their own, to kill and to compact. */
export function faultTests(context: SuiteContext): void {
  const { maker } = context;
  let server: SuiteServer;
  let subject: SuiteSubject;
  const open = (): Storage => subject.open(widgets(context.area()));
  beforeAll(async () => {
    server = await maker.startEtcd();
    subject = maker.make(server.endpoints, { ring: 5 });
    await subject.ready();
  }, 60_000);
  afterAll(async () => {
    await subject?.close();
    await server?.stop();
  }, 60_000);

  test('below what is remembered a watch is refused with 410, at the floor it is exact', async () => {
    const storage = open();
    const revisions: number[] = [];
    for (let i = 0; i < 12; i++) revisions.push((await storage.create(at(`w${i}`), widget('ns', `w${i}`)))!.revision);
    await maker.compact(server.endpoints);
    await storage.list({ predicate: {} });
    const expired = {
      code: 410,
      reason: 'Expired',
      message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/),
    };
    expect(await refusal(storage, revisions[0]!)).toMatchObject(expired);
    const resumed = await Recorder.start(storage, { predicate: {}, after: revisions.at(-1)! });
    const more = (await storage.create(at('more'), widget('ns', 'more')))!;
    await resumed.reach(more.revision);
    expect(resumed.events).toEqual([`ADDED more@${more.revision}`]);
    resumed.watch.stop();
  }, 30_000);

  test('a compacted revision that no ring remembers is 410, the present one is exact', async () => {
    const storage = open();
    const first = (await storage.create(at('a'), widget('ns', 'a')))!;
    for (let i = 0; i < 10; i++) await storage.guaranteedUpdate(at('a'), () => widget('ns', 'a', { count: i }));
    await maker.compact(server.endpoints);
    const exact = storage.list({ predicate: {}, exactly: first.revision });
    await expect(exact).rejects.toMatchObject({ code: 410, reason: 'Expired' });
    const continued = storage.list({
      predicate: {},
      limit: 1,
      continueAfter: { key: first.key, revision: first.revision },
    });
    await expect(continued).rejects.toMatchObject({ code: 410, reason: 'Expired' });
    const now = await storage.revision();
    const kept = await storage.list({ predicate: {}, exactly: now });
    expect(kept.entries.map(entry => entry.object()['spec'])).toEqual([{ count: 9 }]);
  }, 30_000);

  test('etcd killed and restarted: writes fail meanwhile, watches go on without loss or double', async () => {
    const storage = open();
    // A cache knows the past from its first load on.
    await storage.list({ predicate: {} });
    const before = (await storage.create(at('before'), widget('ns', 'before')))!;
    const recorder = await Recorder.start(storage, { predicate: {}, after: before.revision - 1 });
    await recorder.reach(before.revision);
    const want = [`ADDED before@${before.revision}`];
    for (let round = 0; round < 3; round++) {
      server.kill();
      await expect(storage.create(at(`lost${round}`), widget('ns', `lost${round}`))).rejects.toMatchObject({
        code: 503,
      });
      await server.restart();
      const made = await persist(() => storage.create(at(`w${round}`), widget('ns', `w${round}`)));
      want.push(`ADDED w${round}@${made!.revision}`);
      const list = await persist(() => storage.list({ predicate: {} }));
      expect(list.entries.map(entry => entry.name)).toEqual([
        'before',
        ...Array.from({ length: round + 1 }, (_, i) => `w${i}`),
      ]);
      await recorder.reach(made!.revision);
    }
    expect([recorder.events, recorder.ended]).toEqual([want, undefined]);
    recorder.watch.stop();
  }, 90_000);

  test('a process that was away while etcd was compacted never passes over the gap', async () => {
    const storage = open();
    const a = (await storage.create(at('a'), widget('ns', 'a')))!;
    const recorder = await Recorder.start(storage, { predicate: {}, after: a.revision });
    await storage.list({ predicate: {} });
    server.kill();
    await server.restart();
    // Somebody else writes and compacts, perhaps before this process has its watch again.
    const other = maker.make(server.endpoints);
    const theirs = other.open(storage.config);
    await persist(() => theirs.delete(at('a')));
    await persist(() => theirs.create(at('b'), widget('ns', 'b')));
    await maker.compact(server.endpoints);
    const last = (await persist(() => theirs.create(at('c'), widget('ns', 'c'))))!;
    await other.close();
    await recorder.until(({ ended, objects }) => ended !== undefined || objects.at(-1)?.revision === last.revision);
    if (recorder.ended) expect(recorder.ended.error).toMatchObject({ code: 410 });
    else expect(recorder.events.map(event => event.split('@')[0])).toEqual(['DELETED a', 'ADDED b', 'ADDED c']);
    const list = await persist(() => storage.list({ predicate: {} }));
    expect(list.entries.map(entry => entry.name)).toEqual(['b', 'c']);
    recorder.watch.stop();
  }, 60_000);
}

/** refusal is the error of a watch, whether it comes at once or as its end. */
async function refusal(storage: Storage, after: number): Promise<Error | undefined> {
  try {
    const recorder = await Recorder.start(storage, { predicate: {}, after });
    await recorder.until(({ ended }) => ended !== undefined, 'the end');
    return recorder.ended?.error;
  } catch (error) {
    return error as Error;
  }
}

/** persist repeats what fails for want of an etcd. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const code = (error as { code?: number }).code;
      if (tries > 100 || (code !== 503 && code !== 504)) throw error;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
}
