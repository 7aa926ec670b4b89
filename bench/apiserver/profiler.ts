import WebSocket from 'ws';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

/** CpuProfile is what V8 answers: which node was on top at each sample. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** SelfTime is how long a function itself was on top. */
export interface SelfTime {
  readonly name: string;
  readonly place: string;
  readonly ms: number;
  /** share of all time in which the process did anything. */
  readonly share: number;
}

/** topSelfTimes are the functions with the most self time, in order; idle time is left out. Pure. */
export function topSelfTimes({ nodes, samples, timeDeltas }: CpuProfile, count: number): SelfTime[] {
  const byId = new Map(nodes.map(node => [node.id, node.callFrame]));
  const times = new Map<string, { name: string; place: string; ms: number }>();
  let busy = 0;
  samples.forEach((id, i) => {
    const { functionName, url, lineNumber } = byId.get(id)!;
    if (functionName === '(idle)') return;
    const ms = timeDeltas[i]! / 1000;
    busy += ms;
    const place = url ? `${url.replace(/^.*\/(node_modules|dist)\//, '')}:${lineNumber + 1}` : '';
    const key = `${functionName} ${place}`;
    const known = times.get(key);
    if (known) known.ms += ms;
    else times.set(key, { name: functionName || '(anonymous)', place, ms });
  });
  return [...times.values()]
    .sort((a, b) => b.ms - a.ms)
    .slice(0, count)
    .map(one => ({ ...one, share: one.ms / busy }));
}

/** Profiler samples a process through its inspector while something is measured. */
export class Profiler {
  private next = 0;
  private readonly waiting = new Map<number, (result: unknown) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      const { id, result } = JSON.parse(data.toString()) as { id?: number; result?: unknown };
      if (id === undefined) return;
      this.waiting.get(id)?.(result);
      this.waiting.delete(id);
    });
  }

  static async attach(url: string): Promise<Profiler> {
    const socket = new WebSocket(url, { maxPayload: 1 << 30 });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const profiler = new Profiler(socket);
    await profiler.send('Profiler.enable');
    await profiler.send('Profiler.setSamplingInterval', { interval: 500 });
    return profiler;
  }

  async during(work: () => Promise<void>): Promise<CpuProfile> {
    await this.send('Profiler.start');
    await work();
    const { profile } = (await this.send('Profiler.stop')) as { profile: CpuProfile };
    return profile;
  }

  close(): void {
    this.socket.close();
  }

  private send(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.next;
    return new Promise(resolve => {
      this.waiting.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
