import { expect, test } from '@jest/globals';
import type { Predicate, Storage, WatchNotice } from '../interface';
import { Recorder } from './recorder';
import { copyOf, widget, widgets } from './resource';
import type { SuiteContext } from './context';

const at = (name: string, namespace = 'ns') => ({ namespace, name });
const json = (notice: WatchNotice) => `${notice.type} ${notice.entry!.json.toString()}`;

export function watchTests(context: SuiteContext): void {
  const open = (): Storage => context.subject.open(widgets(context.area()));
  const setLabel = (storage: Storage, name: string, app: string) =>
    storage.guaranteedUpdate(at(name), () => widget('ns', name, {}, { app }));

  test('from now: the present state as ADDED, then what happens', async () => {
    const storage = open();
    const a = (await storage.create(at('a'), widget('ns', 'a')))!;
    const recorder = await Recorder.start(storage, { predicate: {} });
    expect(recorder.all).toEqual([]);
    const b = (await storage.create(at('b'), widget('ns', 'b')))!;
    const changed = await setLabel(storage, 'a', 'web');
    const gone = (await storage.delete(at('b')))!;
    await recorder.reach(gone.revision);
    const want = ['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b'];
    expect(recorder.events).toEqual(want.map((what, i) => `${what}@${[a, b, changed, gone][i]!.revision}`));
    expect(recorder.objects.map(notice => notice.entry!.json.toString())).toEqual(
      [a, b, changed, gone].map(e => e.json.toString()),
    );
    recorder.watch.stop();
  });

  test('behind a revision: only what came later; a stopped watch gets nothing', async () => {
    const storage = open();
    const a = (await storage.create(at('a'), widget('ns', 'a')))!;
    const b = (await storage.create(at('b'), widget('ns', 'b')))!;
    const stopped = await Recorder.start(storage, { predicate: {}, after: a.revision });
    stopped.watch.stop();
    const recorder = await Recorder.start(storage, { predicate: {}, after: a.revision });
    const c = (await storage.create(at('c'), widget('ns', 'c')))!;
    await recorder.reach(c.revision);
    expect(recorder.events).toEqual([`ADDED b@${b.revision}`, `ADDED c@${c.revision}`]);
    expect([stopped.all, stopped.ended]).toEqual([[], undefined]);
    recorder.watch.stop();
  });

  test('sendInitialEvents: the present state, the marked bookmark, then what happens', async () => {
    const storage = open();
    const a = (await storage.create(at('a'), widget('ns', 'a')))!;
    const options = { predicate: {}, sendInitialEvents: true, bookmarks: true };
    const recorder = await Recorder.start(storage, { ...options, after: a.revision });
    const empty = await Recorder.start(storage, { ...options, predicate: { namespace: 'none' } });
    await recorder.until(({ all }) => all.length === 2);
    expect(recorder.all[1]).toEqual({ type: 'BOOKMARK', revision: expect.any(Number), initialEventsEnd: true });
    expect(recorder.all[1]!.revision).toBeGreaterThanOrEqual(a.revision);
    const b = (await storage.create(at('b'), widget('ns', 'b')))!;
    await recorder.reach(b.revision);
    expect(recorder.events).toEqual([`ADDED a@${a.revision}`, `ADDED b@${b.revision}`]);
    await empty.until(({ all }) => all.length === 1);
    expect(empty.all[0]!.initialEventsEnd).toBe(true);
    recorder.watch.stop();
    empty.watch.stop();
  });

  test('a bookmark on demand is behind everything delivered', async () => {
    const storage = open();
    const recorder = await Recorder.start(storage, { predicate: {}, after: await storage.revision(), bookmarks: true });
    const a = (await storage.create(at('a'), widget('ns', 'a')))!;
    await recorder.reach(a.revision);
    recorder.watch.bookmark();
    await recorder.until(({ all }) => all.length === 2);
    expect(recorder.all[1]).toEqual({ type: 'BOOKMARK', revision: expect.any(Number) });
    expect(recorder.all[1]!.revision).toBeGreaterThanOrEqual(a.revision);
    recorder.watch.stop();
  });

  test('a watch that names its timeout gets a bookmark shortly before', async () => {
    const storage = open();
    const options = { predicate: {}, after: await storage.revision(), timeoutMs: 2_100 };
    const recorder = await Recorder.start(storage, { ...options, bookmarks: true });
    const without = await Recorder.start(storage, options);
    await recorder.until(({ all }) => all.length === 1);
    expect([recorder.all[0]!.type, without.all.length]).toEqual(['BOOKMARK', 0]);
    recorder.watch.stop();
    without.watch.stop();
  });

  test('entering a selector is ADDED, leaving it DELETED with the old state at the new revision', async () => {
    const storage = open();
    const recorder = await Recorder.start(storage, { predicate: { matches: o => o.labels['app'] === 'web' } });
    await storage.create(at('a'), widget('ns', 'a', {}, { app: 'db' }));
    const entered = await setLabel(storage, 'a', 'web');
    const left = await setLabel(storage, 'a', 'db');
    const back = await setLabel(storage, 'a', 'web');
    const gone = (await storage.delete(at('a')))!;
    await recorder.reach(gone.revision);
    expect(recorder.events).toEqual([
      `ADDED a@${entered.revision}`,
      `DELETED a@${left.revision}`,
      `ADDED a@${back.revision}`,
      `DELETED a@${gone.revision}`,
    ]);
    const leaving = recorder.objects[1]!.entry!;
    expect(leaving.object().metadata).toMatchObject({ labels: { app: 'web' }, resourceVersion: String(left.revision) });
    expect(leaving.revision).toBe(left.revision);
    recorder.watch.stop();
  });

  test('each kind of predicate delivers its own', async () => {
    const storage = open();
    const predicates: Predicate[] = [
      { namespace: 'ns' },
      { name: 'a' },
      { namespace: 'other', name: 'a' },
      { indexed: { field: 'spec.node', value: 'n1' } },
      { namespace: 'ns', indexed: { field: 'spec.node', value: 'n1' }, matches: o => o.name !== 'b' },
    ];
    const after = await storage.revision();
    const recorders = await Promise.all(predicates.map(predicate => Recorder.start(storage, { predicate, after })));
    const everything = await Recorder.start(storage, { predicate: {}, after });
    for (const namespace of ['ns', 'other']) {
      await storage.create(at('a', namespace), widget(namespace, 'a', { node: 'n1' }));
      await storage.create(at('b', namespace), widget(namespace, 'b', {}));
      await storage.guaranteedUpdate(at('b', namespace), () => widget(namespace, 'b', { node: 'n1' }));
      await storage.guaranteedUpdate(at('a', namespace), () => widget(namespace, 'a', { node: 'n2' }));
      await storage.delete(at('b', namespace));
    }
    await everything.until(({ objects }) => objects.length === 10);
    // A change of the last revision that all predicates match ends each recorder's wait.
    const counts = [5, 4, 2, 8, 2];
    await Promise.all(
      recorders.map((recorder, i) => recorder.until(({ objects }) => objects.length >= counts[i]!, `predicate ${i}`)),
    );
    const short = (recorder: Recorder) =>
      recorder.objects.map(({ type, entry }) => `${type[0]}${entry!.namespace[0]}${entry!.name}`).join(' ');
    expect(recorders.map(short)).toEqual([
      'Ana Anb Mnb Mna Dnb',
      'Ana Mna Aoa Moa',
      'Aoa Moa',
      'Ana Anb Dna Dnb Aoa Aob Doa Dob',
      'Ana Dna',
    ]);
    for (const recorder of [...recorders, everything]) recorder.watch.stop();
  });

  test('all watchers see all changes once and in order, while many write', async () => {
    const storage = open();
    const after = await storage.revision();
    const recorders = await Promise.all(
      Array.from({ length: 5 }, () => Recorder.start(storage, { predicate: {}, after })),
    );
    const writer = async (i: number) => {
      for (let n = 0; n < 20; n++) {
        await storage.create(at(`w${i}`), widget('ns', `w${i}`, { count: n + 1 }));
        await storage.guaranteedUpdate(at(`w${i}`), current => {
          const object = copyOf(current!.object());
          object.spec.count = -n - 1;
          return object;
        });
        await storage.delete(at(`w${i}`));
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, i) => writer(i)));
    for (const recorder of recorders) {
      await recorder.until(({ objects }) => objects.length >= 600);
      const revisions = recorder.objects.map(notice => notice.revision);
      expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
      expect(recorder.objects.map(json)).toEqual(recorders[0]!.objects.map(json));
      recorder.watch.stop();
    }
    for (let i = 0; i < 10; i++) {
      const own = recorders[0]!.objects.filter(notice => notice.entry!.name === `w${i}`).map(notice => notice.type);
      expect(own).toEqual(Array.from({ length: 20 }, () => ['ADDED', 'MODIFIED', 'DELETED']).flat());
    }
  }, 60_000);

  test('a watch resumed at any revision delivers exactly the rest', async () => {
    const storage = open();
    const start = await storage.revision();
    const full = await Recorder.start(storage, { predicate: { matches: o => o.labels['app'] !== 'db' }, after: start });
    let last = start;
    for (let i = 0; i < 12; i++) {
      last = (await setLabel(storage, `w${i % 4}`, i % 3 ? 'web' : 'db')).revision;
      if (i % 5 === 4) last = (await storage.delete(at(`w${i % 4}`)))!.revision;
    }
    const final = (await storage.create(at('final'), widget('ns', 'final')))!;
    await full.reach(final.revision);
    for (let after = start; after <= last; after++) {
      const resumed = await Recorder.start(storage, { ...full.options, after });
      await resumed.reach(final.revision);
      expect(resumed.objects.map(json)).toEqual(full.objects.filter(notice => notice.revision > after).map(json));
      resumed.watch.stop();
    }
    full.watch.stop();
  }, 30_000);

  test('list then watch misses nothing and doubles nothing, under writes', async () => {
    const storage = open();
    let writing = true;
    const write = async () => {
      for (let i = 0; writing; i++)
        await storage.guaranteedUpdate(at(`w${i % 7}`), () => widget('ns', `w${i % 7}`, { count: i }));
    };
    const done = write();
    const watched: { state: Map<string, string>; recorder: Recorder }[] = [];
    for (let i = 0; i < 10; i++) {
      const list = await storage.list({ predicate: {} });
      const recorder = await Recorder.start(storage, { predicate: {}, after: list.revision });
      watched.push({ state: new Map(list.entries.map(entry => [entry.name, entry.json.toString()])), recorder });
    }
    writing = false;
    await done;
    const final = (await storage.create(at('final'), widget('ns', 'final')))!;
    const truth = new Map(
      (await storage.list({ predicate: {} })).entries.map(entry => [entry.name, entry.json.toString()]),
    );
    for (const { state, recorder } of watched) {
      await recorder.reach(final.revision);
      for (const { type, entry } of recorder.objects) {
        expect(state.has(entry!.name)).toBe(type === 'MODIFIED');
        state.set(entry!.name, entry!.json.toString());
      }
      expect(new Map([...state].sort())).toEqual(new Map([...truth].sort()));
      recorder.watch.stop();
    }
  }, 30_000);
}
