import { expect, test } from '@jest/globals';
import type { Entry, ListOptions, ListResult, Storage } from '../interface';
import type { SuiteContext } from './context';
import { copyOf, widget, widgets } from './resource';

const at = (name: string, namespace = 'ns') => ({ namespace, name });
const names = (list: { entries: readonly Entry[] }) => list.entries.map(entry => `${entry.namespace}/${entry.name}`);

export function listTests(context: SuiteContext): void {
  const open = (): Storage => context.subject.open(widgets(context.area()));
  const fill = async (storage: Storage) => {
    for (const [namespace, name, node, app] of OBJECTS) {
      await storage.create(at(name, namespace), widget(namespace, name, { node }, { app }));
    }
  };

  const table: { name: string; options: ListOptions; want: string[] }[] = [
    { name: 'all, in key order', options: { predicate: {} }, want: ['a-b/x', 'a/x', 'a/x-1', 'a/y', 'b/y', 'b/z'] },
    {
      name: 'a namespace, not its namesakes',
      options: { predicate: { namespace: 'a' } },
      want: ['a/x', 'a/x-1', 'a/y'],
    },
    { name: 'a namespace that is not there', options: { predicate: { namespace: 'c' } }, want: [] },
    { name: 'a name everywhere', options: { predicate: { name: 'y' } }, want: ['a/y', 'b/y'] },
    { name: 'a name in a namespace', options: { predicate: { namespace: 'b', name: 'y' } }, want: ['b/y'] },
    { name: 'a name that cannot be', options: { predicate: { namespace: 'b', name: 'y/../z' } }, want: [] },
    {
      name: 'an index',
      options: { predicate: { indexed: { field: 'spec.node', value: 'n1' } } },
      want: ['a-b/x', 'a/x', 'b/y'],
    },
    {
      name: 'an index in a namespace',
      options: { predicate: { namespace: 'b', indexed: { field: 'spec.node', value: 'n1' } } },
      want: ['b/y'],
    },
    {
      name: 'a selector',
      options: { predicate: { matches: o => o.labels['app'] === 'web' } },
      want: ['a/x', 'a/y', 'b/z'],
    },
    {
      name: 'an index and a selector',
      options: { predicate: { indexed: { field: 'spec.node', value: 'n2' }, matches: o => o.labels['app'] === 'web' } },
      want: ['a/y', 'b/z'],
    },
  ];
  test.each(table)('list: $name, whole and page by page', async ({ options, want }) => {
    const storage = open();
    await fill(storage);
    const whole = await storage.list(options);
    expect(names(whole)).toEqual(want);
    expect([whole.more, whole.revision]).toEqual([false, await storage.revision()]);
    for (const limit of [1, 2, 3]) expect((await pages(storage, { ...options, limit })).flatMap(names)).toEqual(want);
  });

  test('pages say how many remain, without a selector only', async () => {
    const storage = open();
    await fill(storage);
    const rest = async (options: ListOptions) => (await pages(storage, options)).map(page => page.remaining);
    expect(await rest({ predicate: {}, limit: 4 })).toEqual([2, 0]);
    expect(await rest({ predicate: { namespace: 'a' }, limit: 1 })).toEqual([2, 1, 0]);
    expect(await rest({ predicate: { name: 'y' }, limit: 1 })).toEqual([undefined, undefined]);
  });

  test('pages show the state of the first, whatever is written in between', async () => {
    const storage = open();
    for (let i = 10; i < 40; i++) await storage.create(at(`w${i}`), widget('ns', `w${i}`, { count: 0 }));
    const want = (await storage.list({ predicate: {} })).entries.map(entry => entry.json.toString());
    let round = 0;
    const disturb = async () => {
      const name = `w${10 + ++round * 3}`;
      await storage.guaranteedUpdate(at(name), current => ({ ...copyOf(current!.object()), spec: { count: round } }));
      await storage.delete(at(`w${11 + round * 3}`));
      await storage.create(at(`w${10 + round}-new`), widget('ns', `w${10 + round}-new`));
    };
    const found = await pages(storage, { predicate: {}, limit: 7 }, disturb);
    expect(round).toBeGreaterThan(3);
    expect(found.flatMap(page => page.entries.map(entry => entry.json.toString()))).toEqual(want);
    expect(new Set(found.map(page => page.revision)).size).toBe(1);
    const now = await storage.list({
      predicate: {},
      limit: 100,
      continueAfter: { key: found[0]!.entries.at(-1)!.key, revision: 0 },
    });
    expect(now.revision).toBe(await storage.revision());
    expect(names(now).slice(0, 3)).toEqual(['ns/w18', 'ns/w19', 'ns/w21']);
  }, 30_000);

  test('exactly answers every past state', async () => {
    const storage = open();
    const history: { revision: number; state: string[] }[] = [];
    const note = async () => {
      const list = await storage.list({ predicate: {} });
      history.push({ revision: list.revision, state: list.entries.map(entry => entry.json.toString()) });
    };
    for (let i = 0; i < 8; i++) {
      await storage.create(at(`w${i % 5}`), widget('ns', `w${i % 5}`, { count: i }));
      await note();
      await storage.guaranteedUpdate(at(`w${i % 3}`), () => widget('ns', `w${i % 3}`, { count: i + 100 }));
      await note();
      if (i % 2) await storage.delete(at(`w${(i * 3) % 5}`));
      await note();
    }
    for (const { revision, state } of history) {
      const list = await storage.list({ predicate: {}, exactly: revision });
      expect([list.revision, list.entries.map(entry => entry.json.toString())]).toEqual([revision, state]);
    }
  }, 30_000);

  test('a revision that has yet to come is a timeout that says so, or what etcd says of its state', async () => {
    const storage = open();
    const current = await storage.revision();
    const want = {
      code: 504,
      reason: 'Timeout',
      message: expect.stringContaining(`Too large resource version: ${current + 1000}, current: `),
    };
    await Promise.all([
      expect(storage.list({ predicate: {}, atLeast: current + 1000 })).rejects.toMatchObject({
        ...want,
        details: { retryAfterSeconds: 1 },
      }),
      expect(storage.list({ predicate: {}, limit: 5, atLeast: current + 1000 })).rejects.toMatchObject({
        ...want,
        details: expect.not.objectContaining({ retryAfterSeconds: expect.anything() }),
      }),
      expect(storage.list({ predicate: {}, exactly: current + 1000 })).rejects.toMatchObject({
        code: 500,
        message: 'etcdserver: mvcc: required revision is a future revision',
      }),
      expect(storage.get(at('a'), { atLeast: current + 1000 })).rejects.toMatchObject(want),
    ]);
  }, 20_000);

  test('a consistent list sees every write that was answered', async () => {
    const storage = open();
    for (let i = 0; i < 30; i++) {
      const made = (await storage.create(at(`w${i}`), widget('ns', `w${i}`)))!;
      const [list, one] = await Promise.all([storage.list({ predicate: {} }), storage.get(at(`w${i}`))]);
      expect([list.entries.length, one?.revision]).toEqual([i + 1, made.revision]);
    }
  });

  test('atLeast 0 answers what there is, atLeast n no older', async () => {
    const storage = open();
    const made = (await storage.create(at('a'), widget('ns', 'a')))!;
    const list = await storage.list({ predicate: {}, atLeast: made.revision });
    expect([names(list), list.revision >= made.revision]).toEqual([['ns/a'], true]);
    expect(names(await storage.list({ predicate: {}, atLeast: 0 }))).toEqual(['ns/a']);
  });
}

const OBJECTS = [
  ['b', 'z', 'n2', 'web'],
  ['a', 'x', 'n1', 'web'],
  ['a', 'y', 'n2', 'web'],
  ['a-b', 'x', 'n1', 'db'],
  ['a', 'x-1', '', 'db'],
  ['b', 'y', 'n1', 'db'],
] as const;

async function pages(storage: Storage, options: ListOptions, between?: () => Promise<void>): Promise<ListResult[]> {
  const found = [await storage.list(options)];
  for (let page = found[0]!; page.more; found.push(page)) {
    await between?.();
    const continueAfter = { key: page.entries.at(-1)!.key, revision: page.revision };
    page = await storage.list({ ...options, continueAfter });
  }
  return found;
}
