import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import type { Entry, ObjectPath } from '@navarch/storage';
import { attributes, onResource } from '../testing/attributes';
import { clusterIpRange, ipv4ToNumber, nodePortRange, numberToIpv4 } from './address-range';
import { Bitmap } from './bitmap';
import { ServiceDryRun } from './dry-run';
import { RangeAllocator } from './range-allocator';
import { ServiceAllocator } from './service-allocator';
import { planNodePorts } from './service-claims';

/** MemoryRecords is storage that lets another writer in between, once, when told to. */
class MemoryRecords {
  readonly records = new Map<string, object>();
  interfere: (() => void) | undefined;

  get({ name }: ObjectPath): Promise<Entry | undefined> {
    const record = this.records.get(name);
    return Promise.resolve(record && ({ object: () => record } as unknown as Entry));
  }

  async guaranteedUpdate(
    key: ObjectPath,
    update: (current: Entry | undefined) => Promise<object> | object,
  ): Promise<Entry> {
    for (;;) {
      const before = this.records.get(key.name);
      const next = await update(before && ({ object: () => before } as unknown as Entry));
      this.interfere?.();
      this.interfere = undefined;
      if (this.records.get(key.name) !== before) continue;
      this.records.set(key.name, next);
      return {} as Entry;
    }
  }
}

const small = { name: 'r', text: '10-19', base: 10, size: 10, reserved: 0 };

describe('Bitmap', () => {
  test('is kept as a big-endian number without leading zeros', () => {
    const bitmap = new Bitmap(100);
    bitmap.set(0, true);
    bitmap.set(9, true);
    expect(bitmap.toData()).toEqual(Buffer.from([0b10, 0b1]));
    expect(new Bitmap(100, bitmap.toData()).has(9)).toBe(true);
  });
  test.each([
    [[0, 1, 2], 0, 4, 3],
    [[3], 3, 4, undefined],
    [[2, 3], 0, 4, 0],
  ])('taken %j: first free from %i to %i', (taken, from, to, want) => {
    const bitmap = new Bitmap(4);
    for (const offset of taken) bitmap.set(offset, true);
    expect(bitmap.firstFree(from, to, to - 1)).toBe(want);
  });
});

describe('ranges', () => {
  test('a service network leaves out its first and last address', () => {
    expect(clusterIpRange('10.96.0.0/16')).toEqual({
      name: 'serviceips',
      text: '10.96.0.0/16',
      base: ipv4ToNumber('10.96.0.1'),
      size: 65_534,
      reserved: 256,
    });
    expect(clusterIpRange('10.0.0.77/30')).toMatchObject({ text: '10.0.0.76/30', size: 2, reserved: 0 });
  });
  test.each(['10.96.0.0', '10.96.0.0/31', 'x/16', '10.300.0.0/16'])('%s is no service network', text => {
    expect(() => clusterIpRange(text)).toThrow('--service-cluster-ip-range');
  });
  test('addresses read and print', () => {
    expect(numberToIpv4(ipv4ToNumber('192.168.1.250')!)).toBe('192.168.1.250');
    expect(ipv4ToNumber('1.2.3')).toBeUndefined();
  });
  test('node ports keep a low band', () => {
    expect(nodePortRange('30000-32767')).toMatchObject({ base: 30_000, size: 2_768, reserved: 86 });
    expect(() => nodePortRange('10-5')).toThrow('--service-node-port-range');
  });
});

describe('RangeAllocator', () => {
  test('two servers never hand out the same number', async () => {
    const records = new MemoryRecords();
    const a = new RangeAllocator(records, small);
    const b = new RangeAllocator(records, small);
    const taken = await Promise.all(Array.from({ length: 5 }, () => [a.allocateNext(), b.allocateNext()]).flat());
    expect(new Set(taken).size).toBe(10);
    expect(await a.allocateNext()).toBeUndefined();
    await b.release([13]);
    expect(await a.allocateNext()).toBe(13);
  });

  test('a number is decided on what is there when it is written', async () => {
    const records = new MemoryRecords();
    const other = new MemoryRecords();
    await new RangeAllocator(other, small).allocate(12);
    records.interfere = () => records.records.set('r', other.records.get('r')!);
    expect(await new RangeAllocator(records, small).allocate(12)).toBe(false);
  });

  test('the low band is for those who choose, until the rest is taken', async () => {
    const allocator = new RangeAllocator(new MemoryRecords(), { ...small, reserved: 8 });
    const taken = [await allocator.allocateNext(), await allocator.allocateNext()].sort();
    expect(taken).toEqual([18, 19]);
    expect(await allocator.allocateNext()).toBe(10);
  });

  test('repair records what is used, and frees what is not only the third time', async () => {
    const allocator = new RangeAllocator(new MemoryRecords(), small);
    await allocator.allocate(15);
    const used = () => Promise.resolve(new Set([11]));
    expect(await allocator.repair(used)).toEqual({ missing: [11], freed: [] });
    expect(await allocator.repair(used)).toEqual({ missing: [], freed: [] });
    expect(await allocator.repair(used)).toEqual({ missing: [], freed: [15] });
    expect(await allocator.allocate(11)).toBe(false);
    expect(await allocator.allocate(15)).toBe(true);
  });
});

describe('in a dry run', () => {
  const dryRun = async (emulated: number, spec: corev1.ServiceSpec, oldObject?: corev1.Service) => {
    const records = new MemoryRecords();
    const addresses = new RangeAllocator(records, clusterIpRange('10.0.0.0/28'));
    const ports = new RangeAllocator(records, nodePortRange('30000-30009'));
    await ports.allocate(30_001);
    const before = JSON.stringify([...records.records]);
    const object: corev1.Service = { metadata: { name: 's' }, spec };
    const change = { ...onResource('services', 'Service'), dryRun: true, ...(oldObject && { oldObject }) };
    await new ServiceDryRun({ addresses, ports, emulated }).validate(attributes(object, change));
    expect(JSON.stringify([...records.records])).toBe(before);
    return object.spec!;
  };
  const ports = (...nodePorts: number[]) =>
    nodePorts.map((nodePort, i) => ({ name: `p${i}`, port: 80 + i, ...(nodePort && { nodePort }) }));

  test('ports are shown that nobody gets, an address only since 1.24, and nothing is taken', async () => {
    const old = await dryRun(20, { type: 'NodePort', ports: ports(0, 0) });
    expect(old.ports!.map(({ nodePort }) => nodePort)).toEqual([32_769, 32_770]);
    expect(old.clusterIP).toBeUndefined();
    const today = await dryRun(33, { type: 'NodePort', ports: ports(0) });
    expect([today.clusterIP, today.ports![0]!.nodePort]).toEqual(['10.0.0.0', 32_769]);
    const health = { type: 'LoadBalancer', externalTrafficPolicy: 'Local' };
    expect((await dryRun(20, { ...health, ports: ports(0) })).healthCheckNodePort).toBe(32_770);
  });
  test('a chosen port has to be free, whatever the range; a chosen address has to be in it since 1.24', async () => {
    expect((await dryRun(20, { type: 'NodePort', ports: ports(-1, 70_000) })).ports![1]!.nodePort).toBe(70_000);
    await expect(dryRun(20, { type: 'NodePort', ports: ports(30_001) })).rejects.toThrow('already allocated');
    const twice = { type: 'NodePort', ports: ports(5, 5) };
    expect((await dryRun(20, twice)).ports).toHaveLength(2);
    const elsewhere = { type: 'ClusterIP', clusterIP: '1.2.3.4', clusterIPs: ['1.2.3.4'] };
    expect((await dryRun(20, elsewhere)).clusterIP).toBe('1.2.3.4');
    await expect(dryRun(24, elsewhere)).rejects.toThrow('not in the valid range');
  });
});

describe('planNodePorts', () => {
  const ports = (...list: [number, number?][]) =>
    list.map(([port, nodePort]) => ({ port, ...(nodePort && { nodePort }) }));
  test.each([
    [
      'any for each port',
      ports([80], [81]),
      [],
      [
        { index: 0, any: true },
        { index: 1, any: true },
      ],
    ],
    ['the chosen one', ports([80, 30_080]), [], [{ index: 0, take: 30_080 }]],
    ['nothing for one held', ports([80, 30_080]), [30_080], []],
    [
      'the same for the same port by another protocol',
      ports([53], [53]),
      [],
      [
        { index: 0, any: true },
        { index: 1, same: 0 },
      ],
    ],
    [
      'what a later port of the same number chose',
      ports([53], [53, 30_053]),
      [],
      [
        { index: 0, same: 1 },
        { index: 1, take: 30_053 },
      ],
    ],
  ])('%s', (_name, list, held, want) => {
    expect(planNodePorts(list, new Set(held), true)).toEqual(want);
  });
  test('a load balancer that wants none gets none', () => {
    expect(planNodePorts(ports([80]), new Set(), false)).toEqual([]);
  });
});

describe('ServiceAllocator', () => {
  const make = (emulated = 33) => {
    const records = new MemoryRecords();
    const addresses = new RangeAllocator(records, clusterIpRange('10.0.0.0/28'));
    const ports = new RangeAllocator(records, nodePortRange('30000-30009'));
    return new ServiceAllocator({ addresses, ports, emulated, onError: error => expect(error).toBeUndefined() });
  };
  const service = (spec: object) => ({ metadata: { name: 's' }, spec });

  test('a failed allocation gives back what it took before', async () => {
    const allocator = make();
    const first = await allocator.allocate(
      undefined,
      service({ clusterIP: '10.0.0.5', type: 'NodePort', ports: [{ port: 80, nodePort: 30_001 }] }),
    );
    expect(first.service.spec).toMatchObject({ clusterIP: '10.0.0.5', clusterIPs: ['10.0.0.5'], ipFamilies: ['IPv4'] });
    await expect(
      allocator.allocate(
        undefined,
        service({ clusterIP: '10.0.0.6', type: 'NodePort', ports: [{ port: 80, nodePort: 30_001 }] }),
      ),
    ).rejects.toThrow(
      'Service "s" is invalid: spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
    );
    await expect(allocator.allocate(undefined, service({ clusterIP: '10.0.0.6' }))).resolves.toBeDefined();
  });

  test('wording follows the release', async () => {
    await expect(make(20).allocate(undefined, service({ clusterIP: '10.9.0.1' }))).rejects.toThrow(
      'spec.clusterIPs: Invalid value: []string{"10.9.0.1"}: failed to allocated ip:10.9.0.1 with error:provided IP is not in the valid range. The range of valid IPs is 10.0.0.0/28',
    );
  });

  test('commit frees what the new state no longer holds, rollback what it took', async () => {
    const allocator = make(20);
    const before = (
      await allocator.allocate(
        undefined,
        service({ type: 'NodePort', clusterIP: '10.0.0.5', ports: [{ port: 80, nodePort: 30_001 }] }),
      )
    ).service;
    const next = service({ type: 'ClusterIP', clusterIP: '10.0.0.5', clusterIPs: ['10.0.0.5'], ports: [{ port: 80 }] });
    await (await allocator.allocate(before, next)).rollback();
    await expect(
      allocator.allocate(
        undefined,
        service({ type: 'NodePort', clusterIP: 'None', ports: [{ port: 1, nodePort: 30_001 }] }),
      ),
    ).rejects.toThrow('already allocated');
    await (await allocator.allocate(before, next)).commit();
    await expect(
      allocator.allocate(
        undefined,
        service({ type: 'NodePort', clusterIP: 'None', ports: [{ port: 1, nodePort: 30_001 }] }),
      ),
    ).resolves.toBeDefined();
    await expect(allocator.allocate(undefined, service({ clusterIP: '10.0.0.5' }))).rejects.toThrow(
      'already allocated',
    );
  });

  test.each([[{ type: 'ExternalName', externalName: 'a.b' }], [{ clusterIP: 'None', clusterIPs: ['None'] }]])(
    '%j takes no address',
    async spec => {
      expect((await make(20).allocate(undefined, service(spec))).service.spec).toEqual(spec);
    },
  );
});
