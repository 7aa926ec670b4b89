import { describe, expect, test } from '@jest/globals';
import type { networkingv1 } from '@navarch/api';
import { alreadyExists } from '@navarch/apimachinery';
import type { Store } from '@navarch/apiserver-runtime';
import { FakeClock } from '@navarch/testing';
import { addressRange, ipv4ToNumber } from './address-range';
import { IPAddressPool } from './ip-address-pool';
import { INTERVAL_MS } from './repair-loop';
import { rangesOf } from './service-cidrs';

const NOW = Date.parse('2025-01-01T00:00:00Z');
const at = (ip: string) => ipv4ToNumber(ip)!;
const a = { namespace: 'n', name: 'a' };
const b = { namespace: 'n', name: 'b' };

/** MemoryStore keeps records by name, as etcd does. */
class MemoryStore {
  readonly records = new Map<string, networkingv1.IPAddress>();

  constructor(private readonly clock: FakeClock) {}

  list = () => Promise.resolve([...this.records.values()]);

  create = (record: networkingv1.IPAddress) => {
    const name = record.metadata!.name!;
    if (this.records.has(name)) return Promise.reject(alreadyExists({ group: '', resource: 'ipaddresses' }, name));
    const creationTimestamp = new Date(this.clock.now()).toISOString();
    this.records.set(name, { ...record, metadata: { ...record.metadata, creationTimestamp, uid: name } });
    return Promise.resolve(record);
  };

  delete = (_namespace: string, name: string) => Promise.resolve(this.records.delete(name));
}

function make(network = '10.0.0.0/29', others: readonly string[] = [], isRecorded = (_name: string) => false) {
  const clock = new FakeClock(NOW);
  const store = new MemoryStore(clock);
  const pool = new IPAddressPool({
    range: addressRange(network)!,
    others: () => others.map(cidr => addressRange(cidr)!),
    records: () => store as unknown as Store<networkingv1.IPAddress>,
    isRecorded,
    clock,
    random: () => 0,
  });
  return { clock, store, pool };
}

describe('IPAddressPool', () => {
  test('says in a record whose an address is, and hands none out twice', async () => {
    const { pool, store } = make();
    expect(await pool.allocate(at('10.0.0.1'), a)).toBe(true);
    expect(await pool.allocate(at('10.0.0.1'), b)).toBe(false);
    expect(store.records.get('10.0.0.1')).toMatchObject({
      metadata: {
        labels: {
          'ipaddress.kubernetes.io/ip-family': 'IPv4',
          'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
        },
      },
      spec: { parentRef: { group: '', resource: 'services', namespace: 'n', name: 'a' } },
    });
    await pool.release([at('10.0.0.1')]);
    expect(await pool.allocate(at('10.0.0.1'), b)).toBe(true);
  });

  test('goes on with the networks that were added, whatever the cache knows', async () => {
    const { pool } = make('10.0.0.0/30', ['10.9.0.0/30'], name => name === '10.0.0.2');
    const taken = [await pool.allocateNext(a), await pool.allocateNext(a), await pool.allocateNext(a)];
    expect(taken).toEqual(['10.0.0.1', '10.9.0.1', '10.9.0.2'].map(at));
    expect(await pool.allocateNext(a)).toBeUndefined();
    expect([at('10.9.0.2'), at('10.9.0.3'), at('10.8.0.1')].map(ip => pool.contains(ip))).toEqual([true, false, false]);
  });

  test('keeps its low band for those who choose', async () => {
    const { pool } = make('10.0.0.0/24');
    expect(await pool.allocateNext(a)).toBe(at('10.0.0.17'));
  });

  test('repair makes the records agree with the Services', async () => {
    const { pool, store, clock } = make();
    await pool.allocate(at('10.0.0.2'), a);
    await pool.allocate(at('10.0.0.3'), a);
    const used = () =>
      Promise.resolve(
        new Map([
          [at('10.0.0.1'), a],
          [at('10.0.0.2'), b],
        ]),
      );
    expect(await pool.repair(used)).toEqual({ missing: [at('10.0.0.1'), at('10.0.0.2')], freed: [] });
    expect(store.records.get('10.0.0.2')).toMatchObject({ spec: { parentRef: { name: 'b' } } });
    await clock.advance(INTERVAL_MS + 1);
    store.records.set('10.0.0.6', {
      metadata: { name: '10.0.0.6', creationTimestamp: '2020-01-01T00:00:00Z' as never },
    } as never);
    expect(await pool.repair(used)).toEqual({ missing: [], freed: [at('10.0.0.3')] });
    // What somebody else has written stays.
    expect(store.records.has('10.0.0.6')).toBe(true);
  });
});

test('networks that count are ready and stay', () => {
  const cidr = (name: string, block: string, ready = 'True', more: object = {}) =>
    ({
      metadata: { name, ...more },
      spec: { cidrs: [block] },
      status: { conditions: [{ type: 'Ready', status: ready }] },
    }) as networkingv1.ServiceCIDR;
  const ranges = rangesOf([
    cidr('kubernetes', '10.0.0.0/24'),
    cidr('more', '10.1.0.0/24'),
    cidr('six', 'fd00::/64'),
    cidr('new', '10.2.0.0/24', 'Unknown'),
    cidr('old', '10.3.0.0/24', 'True', { deletionTimestamp: '2025-01-01T00:00:00Z' }),
    cidr('tiny', '10.4.0.0/32'),
  ]);
  expect(ranges.map(({ text }) => text)).toEqual(['10.1.0.0/24']);
});
