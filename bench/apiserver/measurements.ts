import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Figures, Job } from './job';
import { percentile } from './job';
import { LoadProcess } from './load-process';
import type { BenchOptions, MeasurementName } from './options';
import { cpuMs, residentMb } from './process-stat';
import { Profiler, topSelfTimes, type CpuProfile } from './profiler';
import type { Lab } from './servers';
import type { Row } from './table';

const CREATES_IN_FLIGHT = 64;
const GETS_IN_FLIGHT = 16;
const WARM_UP = 1_000;
const POD_BYTES = 2_300;
/** COMPILED_PART is how many pods a round creates once the server's code is compiled. */
const COMPILED_PART = 2_000;
const IDLE_WATCHES = 1_000;
const SETTLE_MS = 2_000;

/** Measured is a job's figures with the CPU time that the server needed for it, undefined for a server elsewhere. */
interface Measured extends Figures {
  readonly cpu: number | undefined;
}

/** measure runs what was asked for, in order, and answers the rows of the table. */
export async function measure(options: BenchOptions, lab: Lab | undefined): Promise<Row[]> {
  const bench = new Bench(options, lab);
  try {
    return await bench.all();
  } finally {
    await bench.stop();
  }
}

class Bench {
  private readonly rows: Row[] = [];
  private readonly load: LoadProcess;
  private readonly profiler: Promise<Profiler> | undefined;
  /** pid is the server's process, undefined for one elsewhere. */
  private readonly pid: number | undefined;

  constructor(
    private readonly options: BenchOptions,
    private readonly lab: Lab | undefined,
  ) {
    this.pid = options.pid ?? lab?.pid;
    this.load = new LoadProcess(options.target ?? lab!.https);
    this.profiler = lab?.inspector === undefined ? undefined : Profiler.attach(lab.inspector);
  }

  async all(): Promise<Row[]> {
    if (this.lab && this.wants('start'))
      this.add({ what: 'start to /readyz', value: this.lab.readyMs, unit: 'ms', atMost: 2_000 });
    await this.load.run({ do: 'setup' });
    await this.create();
    if (this.wants('get')) await this.get('get', this.load);
    if (this.wants('patch')) await this.patch();
    if (this.wants('list')) await this.list();
    if (this.wants('idle')) await this.idle();
    if (this.wants('watch')) for (const watches of [100, 500]) await this.watch(watches, this.load);
    if (this.wants('idle-watches')) await this.idleWatches();
    if (this.lab?.nats && this.wants('nats')) await this.overNats(new LoadProcess(this.lab.nats));
    // Last, as what is measured before is for as many pods as were asked for.
    if (this.lab && this.wants('create-compiled')) await this.createCompiled(this.lab);
    if (this.options.target) await this.load.run({ do: 'clean' });
    return this.rows;
  }

  async stop(): Promise<void> {
    this.load.stop();
    (await this.profiler)?.close();
  }

  /** create also makes the pods that the other measurements need. */
  private async create(): Promise<void> {
    const { pods, rounds } = this.options;
    const wanted = this.wants('create');
    const warm = Math.min(WARM_UP, Math.floor(pods / 2));
    await this.load.run({ do: 'create', from: 0, count: warm, inFlight: CREATES_IN_FLIGHT });
    const part = Math.floor((pods - warm) / rounds);
    const run = (round: number): Job => {
      const from = warm + round * part;
      return { do: 'create', from, count: round === rounds - 1 ? pods - from : part, inFlight: CREATES_IN_FLIGHT };
    };
    if (!wanted) {
      for (let round = 0; round < rounds; round++) await this.load.run(run(round));
    } else {
      const all = await this.rounds('create', this.load, run);
      const rate = median(all.map(perSecond));
      this.add({ what: 'create, 64 in flight', value: rate, unit: '/s', atLeast: 1_500 });
      this.cpu('create, CPU each', all, 0.55);
      if (this.lab) await this.shareOfEtcd(this.lab, rate, part);
    }
    if (wanted || this.wants('list')) await this.memory(`memory with ${pods} pods`, 220);
  }

  /** shareOfEtcd compares a rate of creates with etcd's own, and with that of a server which does nothing but store: `count` of each, each round. */
  private async shareOfEtcd(lab: Lab, rate: number, count: number): Promise<void> {
    const { server, target } = await lab.bareServer();
    const load = new LoadProcess(target);
    const create: Job = { do: 'create', from: 0, count, inFlight: CREATES_IN_FLIGHT };
    await load.run(create);
    const etcd: number[] = [];
    const bare: number[] = [];
    const cpu: number[] = [];
    for (let round = 0; round < this.options.rounds; round++) {
      etcd.push(await this.etcdRate(lab, count));
      const before = server.cpuMs();
      bare.push(perSecond(await load.run(create)));
      cpu.push((server.cpuMs() - before) / count);
    }
    load.stop();
    server.stop();
    this.add({ what: "etcd's own transactions, 64 in flight", value: median(etcd), unit: '/s' });
    this.add({ what: 'a server that only stores, 64 in flight', value: median(bare), unit: '/s' });
    this.add({ what: 'a server that only stores, CPU each', value: Math.min(...cpu), unit: 'ms' });
    this.add({ what: 'its share of that rate', value: (100 * median(bare)) / median(etcd), unit: '%' });
    this.add({ what: "create's share of that rate", value: (100 * rate) / median(etcd), unit: '%', atLeast: 70 });
  }

  /** createCompiled measures creates again, of a server that V8 has compiled by its load so far, in turns with etcd's own transactions. */
  private async createCompiled(lab: Lab): Promise<void> {
    const creates: Measured[] = [];
    const etcd: number[] = [];
    for (let round = 0; round < this.options.rounds; round++) {
      const from = this.options.pods + round * COMPILED_PART;
      const job: Job = { do: 'create', from, count: COMPILED_PART, inFlight: CREATES_IN_FLIGHT };
      creates.push(await this.once(round ? '' : 'create, compiled', this.load, job));
      etcd.push(await this.etcdRate(lab, COMPILED_PART));
    }
    const rate = median(creates.map(perSecond));
    const share = (100 * rate) / median(etcd);
    this.add({ what: 'create, compiled, 64 in flight', value: rate, unit: '/s', atLeast: 1_500 });
    this.cpu('create, compiled, CPU each', creates, 0.55);
    this.add({ what: "etcd's own transactions, in turns with it", value: median(etcd), unit: '/s' });
    this.add({ what: 'share of that rate, compiled', value: share, unit: '%', atLeast: 70 });
  }

  /** etcdRate is how many transactions of a pod's size etcd itself does a second, as many in flight as creates. */
  private async etcdRate(lab: Lab, count: number): Promise<number> {
    const url = lab.etcd.endpoints[0]!;
    return perSecond(await this.load.run({ do: 'etcd', url, count, inFlight: CREATES_IN_FLIGHT, bytes: POD_BYTES }));
  }

  private async get(what: string, load: LoadProcess): Promise<void> {
    const job: Job = { do: 'get', pods: this.options.pods, count: 4_000, inFlight: GETS_IN_FLIGHT };
    const all = await this.rounds(what, load, () => job);
    this.add({ what: `${what}, 16 in flight`, value: median(all.map(perSecond)), unit: '/s', atLeast: 3_440 });
    this.cpu(`${what}, CPU each`, all);
  }

  private async patch(): Promise<void> {
    const job: Job = { do: 'patch', pods: this.options.pods, count: 2_000, inFlight: GETS_IN_FLIGHT };
    const all = await this.rounds('patch status', this.load, () => job);
    this.add({ what: 'patch status, 16 in flight', value: median(all.map(perSecond)), unit: '/s' });
    this.cpu('patch status, CPU each', all);
  }

  private async list(): Promise<void> {
    const cached = await this.rounds('list, cached', this.load, () => ({
      ...{ do: 'list', count: 5, query: 'resourceVersion=0' },
    }));
    this.lists('list all pods, cached', cached, 88);
    const consistent = await this.rounds('list, consistent', this.load, () => ({ do: 'list', count: 5, query: '' }));
    this.lists('list all pods, consistent', consistent, 168);
  }

  private lists(what: string, all: readonly Measured[], atMost: number): void {
    this.add({ what: `${what}, size`, value: all[0]!.bytes / all[0]!.done / 1e6, unit: 'MB' });
    this.add({ what, value: median(all.map(one => one.ms / one.done)), unit: 'ms', atMost });
    this.cpu(`${what}, CPU each`, all, atMost);
  }

  private async idle(): Promise<void> {
    if (this.pid === undefined) return;
    await settle();
    const before = cpuMs(this.pid);
    const seconds = 10;
    await new Promise(resolve => setTimeout(resolve, seconds * 1000));
    const share = (cpuMs(this.pid) - before) / (seconds * 10);
    this.add({ what: 'idle, CPU', value: share, unit: '% of a core', atMost: 1 });
  }

  private async watch(watches: number, load: LoadProcess, prefix = ''): Promise<void> {
    const { seconds, watchesPerConnection: perConnection } = this.options;
    const job: Job = { do: 'watch', watches, perConnection, perSecond: 100, seconds };
    const what = `${prefix}${watches} watches, 100 creates/s`;
    // The first round warms up what only watches use.
    await load.run({ ...job, seconds: 2 });
    const one = await this.once(what, load, job);
    const few = watches <= 100;
    this.add({
      what: `${what}: delivery p50`,
      value: percentile(one.latencies, 0.5),
      unit: 'ms',
      atMost: few ? 6 : 15,
    });
    this.add({
      ...{ what: `${what}: delivery p99`, value: percentile(one.latencies, 0.99), unit: 'ms' },
      atMost: few ? 30 : 200,
    });
    if (one.cpu !== undefined) {
      this.add({ what: `${what}: CPU`, value: (100 * one.cpu) / one.ms, unit: '% of a core' });
      this.add({ what: `${what}: CPU each event`, value: (1000 * one.cpu) / one.done, unit: 'µs' });
      // Over the bus there are nearly twice as many pods by then as the goal is for.
      await this.memory(`memory after ${what}`, prefix ? undefined : 300);
    }
  }

  private async idleWatches(): Promise<void> {
    if (this.pid === undefined) return;
    await settle();
    const before = residentMb(this.pid);
    const perConnection = this.options.watchesPerConnection;
    await this.load.run({ do: 'open', watches: IDLE_WATCHES, perConnection });
    await settle();
    const each = ((residentMb(this.pid) - before) * 1024) / IDLE_WATCHES;
    this.add({ what: `${IDLE_WATCHES} idle watches, memory each`, value: each, unit: 'KB' });
    await this.load.run({ do: 'close' });
  }

  private async overNats(load: LoadProcess): Promise<void> {
    // First the list, while there are as many pods as in the one over HTTPS.
    const lists = await this.rounds('NATS: list, cached', load, () => ({
      ...{ do: 'list', count: 2, query: 'resourceVersion=0' },
    }));
    this.add({ what: 'NATS: list all pods, cached', value: median(lists.map(one => one.ms / one.done)), unit: 'ms' });
    this.cpu('NATS: list all pods, cached, CPU each', lists);
    const from = 10_000_000;
    const part = 1_500;
    await load.run({ do: 'create', from, count: part, inFlight: CREATES_IN_FLIGHT });
    const all = await this.rounds('NATS: create', load, round => ({
      ...{ do: 'create', from: from + (round + 1) * part, count: part, inFlight: CREATES_IN_FLIGHT },
    }));
    this.add({ what: 'NATS: create, 64 in flight', value: median(all.map(perSecond)), unit: '/s' });
    this.cpu('NATS: create, CPU each', all);
    await this.get('NATS: get', load);
    await this.watch(100, load, 'NATS: ');
    load.stop();
  }

  private async rounds(what: string, load: LoadProcess, job: (round: number) => Job): Promise<Measured[]> {
    const all: Measured[] = [];
    for (let round = 0; round < this.options.rounds; round++) {
      all.push(await this.once(round ? '' : what, load, job(round)));
    }
    return all;
  }

  /** once runs a job; with a name and --profile it prints where the time went. */
  private async once(what: string, load: LoadProcess, job: Job): Promise<Measured> {
    let measured: Measured | undefined;
    const run = async () => {
      const before = this.pid && cpuMs(this.pid);
      const figures = await load.run(job);
      const cpu = this.pid && cpuMs(this.pid) - before!;
      if (figures.failed) console.error(`${figures.failed} of ${figures.done} failed: ${JSON.stringify(job)}`);
      measured = { ...figures, cpu };
    };
    const profiler = what ? await this.profiler : undefined;
    if (profiler) this.report(what, await profiler.during(run));
    else await run();
    return measured!;
  }

  /** report keeps a profile, to be opened in a browser's developer tools, and prints its top ten by self time. */
  private report(what: string, profile: CpuProfile): void {
    const file = path.join(this.options.profile!, `${what.replace(/\W+/g, '-')}.cpuprofile`);
    mkdirSync(this.options.profile!, { recursive: true });
    writeFileSync(file, JSON.stringify(profile));
    console.error(`\n${what}: self time (${file})`);
    for (const { name, place, ms, share } of topSelfTimes(profile, 10))
      console.error(`  ${(100 * share).toFixed(1).padStart(5)} % ${ms.toFixed(0).padStart(6)} ms  ${name}  ${place}`);
  }

  /** cpu adds the least CPU time of all rounds: whatever is more, other processes caused. */
  private cpu(what: string, all: readonly Measured[], atMost?: number): void {
    const each = all.flatMap(({ cpu, done }) => (cpu === undefined ? [] : [cpu / done]));
    if (each.length) this.add({ what, value: Math.min(...each), unit: 'ms', ...(atMost !== undefined && { atMost }) });
  }

  private async memory(what: string, atMost?: number): Promise<void> {
    if (this.pid === undefined) return;
    await settle();
    this.add({ what, value: residentMb(this.pid), unit: 'MB', ...(atMost !== undefined && { atMost }) });
  }

  private wants(name: MeasurementName): boolean {
    return this.options.only.has(name);
  }

  private add(row: Row): void {
    this.rows.push(row);
    console.error(`${row.what}: ${row.value.toFixed(2)} ${row.unit}`);
  }
}

const settle = () => new Promise(resolve => setTimeout(resolve, SETTLE_MS));

const perSecond = ({ done, ms }: Figures): number => (done * 1000) / ms;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
