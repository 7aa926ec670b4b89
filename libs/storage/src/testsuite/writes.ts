import { expect, test } from '@jest/globals';
import type { Entry, Storage } from '../interface';
import type { SuiteContext } from './context';
import { copyOf, widget, widgets } from './resource';

const at = (name: string, namespace = 'ns') => ({ namespace, name });

export function writeTests(context: SuiteContext): void {
  const open = (): Storage => context.subject.open(widgets(context.area()));

  test('create stores once, answers the object with its revision, and get reads it', async () => {
    const storage = open();
    const made = (await storage.create(at('a'), { ...widget('ns', 'a'), status: { ok: true } }))!;
    expect(made.json.toString()).toBe(
      `{"kind":"Widget","apiVersion":"suite.example/v1","metadata":{"name":"a","namespace":"ns","uid":"uid-ns-a",` +
        `"resourceVersion":"${made.revision}"},"spec":{},"status":{"ok":true}}`,
    );
    expect(await storage.create(at('a'), widget('ns', 'a'))).toBeUndefined();
    const got = (await storage.get(at('a')))!;
    expect([got.key, got.revision, got.json.toString()]).toEqual([made.key, made.revision, made.json.toString()]);
    expect(got.object().metadata.resourceVersion).toBe(String(made.revision));
    expect(await storage.get(at('b'))).toBeUndefined();
  });

  test('etcd has the JSON as Kubernetes stores it, without resourceVersion and with a newline', async () => {
    const storage = open();
    const object = widget('ns', 'a', { text: 'é' });
    const made = await storage.create(at('a'), {
      ...object,
      metadata: { ...object.metadata, resourceVersion: '7', selfLink: '/x' },
    });
    expect(await context.maker.raw(context.server.endpoints, made!.key)).toBe(`${JSON.stringify(object)}\n`);
  });

  test('names that are no path segment are refused', async () => {
    const storage = open();
    for (const name of ['', '.', '..', 'a/b'])
      await expect(storage.create(at(name), widget('ns', 'a'))).rejects.toMatchObject({ code: 400 });
    await expect(storage.get(at('a', '../x'))).rejects.toMatchObject({ code: 400 });
  });

  test("an object larger than etcd takes is 500, in etcd's words", async () => {
    const huge = open().create(at('huge'), widget('ns', 'huge', { text: 'x'.repeat(2_000_000) }));
    await expect(huge).rejects.toMatchObject({ code: 500, reason: '', message: 'etcdserver: request is too large' });
  });

  test('50 concurrent increments lose none', async () => {
    const storage = open();
    await storage.create(at('counter'), widget('ns', 'counter', { count: 0 }));
    const increment = (current: Entry | undefined) => {
      const object = copyOf(current!.object());
      object.spec.count!++;
      return object;
    };
    const results = await Promise.all(
      Array.from({ length: 50 }, () => storage.guaranteedUpdate(at('counter'), increment)),
    );
    expect(new Set(results.map(result => result.revision)).size).toBe(50);
    expect(results.map(result => (result.object()['spec'] as { count: number }).count).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    expect((await storage.get(at('counter')))!.object()['spec']).toEqual({ count: 50 });
  }, 30_000);

  test('an update to the same bytes writes nothing', async () => {
    const storage = open();
    const made = (await storage.create(at('a'), widget('ns', 'a')))!;
    const before = await storage.revision();
    const same = await storage.guaranteedUpdate(at('a'), current => copyOf(current!.object()));
    expect([same.revision, await storage.revision()]).toEqual([made.revision, before]);
  });

  test('an update may create, and sees undefined for an object that is not there', async () => {
    const storage = open();
    const seen: (Entry | undefined)[] = [];
    const made = await storage.guaranteedUpdate(at('a'), current => {
      seen.push(current);
      return widget('ns', 'a', { count: 1 });
    });
    expect([seen, (await storage.get(at('a')))!.revision]).toEqual([[undefined], made.revision]);
  });

  test('what update throws comes out, judged on the real state', async () => {
    const storage = open();
    const made = (await storage.create(at('a'), widget('ns', 'a', { count: 1 })))!;
    const wrong = storage.guaranteedUpdate(at('a'), current => {
      throw new Error(`refused at ${current!.revision}`);
    });
    await expect(wrong).rejects.toThrow(`refused at ${made.revision}`);
    // A precondition on the revision just written must not be judged on an older, cached one.
    for (let i = 0; i < 20; i++) {
      const last = await storage.guaranteedUpdate(at('a'), current => bump(copyOf(current!.object())));
      const conditional = storage.guaranteedUpdate(at('a'), current => {
        if (current!.revision !== last.revision) throw new Error('conflict');
        return bump(copyOf(current!.object()));
      });
      expect((await conditional).revision).toBeGreaterThan(last.revision);
    }
  });

  test('delete checks, removes, and answers the last state under its own revision', async () => {
    const storage = open();
    const made = (await storage.create(at('a'), widget('ns', 'a')))!;
    const refused = storage.delete(at('a'), () => {
      throw new Error('keep it');
    });
    await expect(refused).rejects.toThrow('keep it');
    const gone = (await storage.delete(at('a'), current => expect(current.revision).toBe(made.revision)))!;
    expect(gone.revision).toBe(await storage.revision());
    expect(gone.object().metadata).toMatchObject({ uid: 'uid-ns-a', resourceVersion: String(gone.revision) });
    expect(await storage.get(at('a'))).toBeUndefined();
    expect(await storage.delete(at('a'))).toBeUndefined();
    expect((await storage.create(at('a'), widget('ns', 'a')))!.revision).toBeGreaterThan(gone.revision);
  });

  test('a delete that races with updates takes the last of them, or they find nothing', async () => {
    const storage = open();
    await storage.create(at('a'), widget('ns', 'a', { count: 0 }));
    const updates = Array.from({ length: 10 }, () =>
      storage
        .guaranteedUpdate(at('a'), current => {
          if (!current) throw new Error('not found');
          return bump(copyOf(current.object()));
        })
        .then(
          entry => entry.revision,
          () => 0,
        ),
    );
    const gone = (await storage.delete(at('a')))!;
    const revisions = await Promise.all(updates);
    expect(gone.revision).toBeGreaterThan(Math.max(...revisions));
    expect(await storage.get(at('a'))).toBeUndefined();
  });

  test('an object with a time to live goes by itself', async () => {
    const storage = open();
    const object = widget('ns', 'short');
    await storage.create(at('short'), { ...object, metadata: { ...object.metadata, ttl: 1 } });
    await storage.create(at('long'), widget('ns', 'long'));
    const gone = async (): Promise<void> => {
      if (await storage.get(at('short'))) return new Promise<void>(resolve => setTimeout(resolve, 100)).then(gone);
    };
    await gone();
    expect(await storage.get(at('long'))).toBeDefined();
  }, 20_000);

  test('count is the number of objects', async () => {
    const storage = open();
    await storage.create(at('a'), widget('ns', 'a'));
    await storage.create(at('a', 'other'), widget('other', 'a'));
    await storage.get(at('a'));
    expect(await storage.count()).toBe(2);
  });
}

function bump<T extends { spec: { count?: number } }>(object: T): T {
  object.spec.count = (object.spec.count ?? 0) + 1;
  return object;
}
