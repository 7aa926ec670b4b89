import { describe, expect, test } from '@jest/globals';
import { ConfigMaps, type corev1 } from '@navarch/api';
import { StatusError, type WatchEvent } from '@navarch/apimachinery';
import { Channel } from '@navarch/base';
import { FakeClock, settle } from '@navarch/testing';
import { createInformerFactory } from './informer';
import type { KubeClient, ListOptions, WatchOptions } from './interfaces';

const map = (name: string, resourceVersion: string, uid = `uid-${name}`): corev1.ConfigMap => ({
  metadata: { name, namespace: 'n', uid, resourceVersion, labels: { app: name } },
});

/** FakeResource answers lists from a script and watches from channels. */
class FakeResource {
  readonly lists: { items: corev1.ConfigMap[]; version: string; continue?: string }[] = [];
  readonly asked: string[] = [];
  watch$ = new Channel<WatchEvent<corev1.ConfigMap>>(100);

  readonly client = {
    resource: () => ({
      list: (_namespace: string, options: ListOptions) => {
        this.asked.push(`list rv=${options.resourceVersion ?? ''} continue=${options.continue ?? ''}`);
        const page = this.lists.shift();
        if (!page) return Promise.reject(new Error('no list'));
        return Promise.resolve({
          metadata: { resourceVersion: page.version, continue: page.continue },
          items: page.items,
        });
      },
      watch: (_namespace: string, options: WatchOptions) => {
        this.asked.push(`watch rv=${options.resourceVersion}`);
        this.watch$ = new Channel(100);
        return this.watch$;
      },
    }),
  } as unknown as KubeClient;
}

describe('SharedInformer', () => {
  async function started(...lists: FakeResource['lists']) {
    const fake = new FakeResource();
    fake.lists.push(...lists);
    const clock = new FakeClock();
    const factory = createInformerFactory(fake.client, { clock });
    const informer = factory.informer(ConfigMaps);
    const heard: string[] = [];
    informer.addIndex('app', object => [object.metadata?.labels?.['app'] ?? '']);
    informer.addHandler({
      added: object => heard.push(`+${object.metadata?.name}@${object.metadata?.resourceVersion}`),
      updated: (old, object) =>
        heard.push(`~${object.metadata?.name}@${old.metadata?.resourceVersion}>${object.metadata?.resourceVersion}`),
      deleted: object => heard.push(`-${object.metadata?.name}@${object.metadata?.resourceVersion}`),
    });
    const abort = new AbortController();
    factory.start(abort.signal);
    await settle();
    return { fake, clock, factory, informer, heard, abort };
  }

  test('lists in pages, then watches; handlers hear in order and caches are frozen', async () => {
    const { fake, informer, heard, abort } = await started(
      { items: [map('a', '1')], version: '5', continue: 'more' },
      { items: [map('b', '2')], version: '5' },
    );
    expect(informer.hasSynced).toBe(true);
    fake.watch$.push({ type: 'MODIFIED', object: map('a', '6') });
    fake.watch$.push({ type: 'DELETED', object: map('b', '7') });
    await settle();
    expect(heard).toEqual(['+a@1', '+b@2', '~a@1>6', '-b@7']);
    expect(fake.asked).toEqual(['list rv=0 continue=', 'list rv= continue=more', 'watch rv=5']);
    expect(informer.byIndex('app', 'a').map(object => object.metadata?.resourceVersion)).toEqual(['6']);
    expect(() => Object.assign(informer.get('n', 'a')!.metadata!, { name: 'x' })).toThrow();
    expect(() => informer.byIndex('none', 'a')).toThrow('there is no index "none"');
    abort.abort();
  });

  test('a broken watch resumes at the last version, bookmarks included; nobody hears anything twice', async () => {
    const { fake, clock, heard, abort } = await started({ items: [map('a', '1')], version: '5' });
    fake.watch$.push({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } });
    await settle();
    fake.watch$.close(new Error('broken'));
    await clock.advance(2_000);
    expect(fake.asked.at(-1)).toBe('watch rv=9');
    expect(heard).toEqual(['+a@1']);
    abort.abort();
  });

  test('410 lists anew, and what changed meanwhile is told as the difference', async () => {
    const { fake, clock, heard, abort } = await started({
      items: [map('a', '1'), map('b', '2'), map('c', '3')],
      version: '5',
    });
    fake.lists.push({ items: [map('a', '1'), map('b', '8'), map('c', '9', 'another'), map('d', '10')], version: '12' });
    fake.watch$.close(new StatusError(410, 'Expired', 'too old'));
    await clock.advance(2_000);
    expect(heard.slice(3)).toEqual(['~b@2>8', '-c@3', '+c@9', '+d@10']);
    expect(fake.asked.slice(-2)).toEqual(['list rv= continue=', 'watch rv=12']);
    abort.abort();
  });

  test('a failing list is tried again with backoff; a late handler hears of what is there', async () => {
    const { fake, clock, informer, abort } = await started();
    expect(informer.hasSynced).toBe(false);
    fake.lists.push({ items: [map('a', '1')], version: '5' });
    await clock.advance(1_700);
    await informer.synced();
    const late: string[] = [];
    informer.addHandler({ added: object => late.push(object.metadata?.name ?? '') });
    expect(late).toEqual(['a']);
    abort.abort();
  });

  test('one informer is shared for the same resource and selection', async () => {
    const { factory, informer, abort } = await started({ items: [], version: '1' });
    expect(factory.informer(ConfigMaps)).toBe(informer);
    expect(factory.informer(ConfigMaps, { namespace: 'x' })).not.toBe(informer);
    abort.abort();
  });
});
