import { connect, type Asker } from './askers';
import type { Figures, Job, Target } from './job';
import { namespaceOf, podBody } from './pods';

type WatchJob = Extract<Job, { readonly do: 'watch' }>;

/** GRACE_MS is how long the last events may take before they count as lost. */
const GRACE_MS = 20_000;
const NEWLINE = 0x0a;
const PREFIX = 'watched-';

/**
 * watchLoad creates pods at a steady pace and measures how long each takes from the sending of its create until each watcher has
 * its event. The pace does not wait for the server: a server that stalls is asked on, as its clients would.
 */
export async function watchLoad(target: Target, creator: Asker, job: WatchJob): Promise<Figures> {
  const run = `${PREFIX}${Date.now().toString(36)}-`;
  const total = job.perSecond * job.seconds;
  const sent: number[] = [];
  const latencies: number[] = [];
  let bytes = 0;
  let finished = () => undefined as void;
  const all = new Promise<void>(resolve => (finished = resolve));
  const onEvent = (name: string) => {
    if (!name.startsWith(run)) return;
    latencies.push(performance.now() - sent[Number(name.slice(run.length))]!);
    if (latencies.length === total * job.watches) finished();
  };
  const from = await revision(creator);
  const askers: Asker[] = [];
  for (let at = 0; at < job.watches; at += job.perConnection) {
    const asker = await connect(target);
    askers.push(asker);
    const some = Math.min(job.perConnection, job.watches - at);
    const watches = Array.from({ length: some }, () => {
      const reader = eventNames(onEvent);
      return asker.watch(`/api/v1/pods?watch=1&resourceVersion=${from}`, chunk => {
        bytes += chunk.length;
        reader(chunk);
      });
    });
    await Promise.all(watches);
  }
  const began = performance.now();
  const failed = await createAtPace(creator, job, run, sent);
  const late = setTimeout(finished, GRACE_MS);
  await all;
  clearTimeout(late);
  const ms = performance.now() - began;
  await Promise.all(askers.map(asker => asker.close()));
  latencies.sort((a, b) => a - b);
  const lost = total * job.watches - latencies.length;
  // Millions of figures would cost more to hand over than to measure.
  const kept = latencies.length > 10_000 ? sample(latencies, 10_000) : latencies;
  return { done: latencies.length, failed: failed + lost, ms, bytes, latencies: kept };
}

/** revision is the present resourceVersion of all pods, from where a watch sees what comes. */
async function revision(asker: Asker): Promise<string> {
  const { first } = await asker.ask({ method: 'GET', path: '/api/v1/pods?limit=1' });
  const found = /"resourceVersion":"(\d+)"/.exec(first?.toString('latin1', 0, 300) ?? '')?.[1];
  if (found === undefined) throw new Error('the list of pods has no resourceVersion');
  return found;
}

/** createAtPace sends `perSecond` creates a second and resolves when all are answered. */
async function createAtPace(creator: Asker, job: WatchJob, run: string, sent: number[]): Promise<number> {
  const total = job.perSecond * job.seconds;
  const answers: Promise<{ status: number }>[] = [];
  const began = performance.now();
  while (sent.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - began) * job.perSecond) / 1000));
    while (sent.length < due) {
      const i = sent.length;
      sent.push(performance.now());
      const path = `/api/v1/namespaces/${namespaceOf(i)}/pods`;
      answers.push(creator.ask({ method: 'POST', path, body: podBody(i, run + i) }));
    }
    await new Promise(resolve => setTimeout(resolve, 1));
  }
  return (await Promise.all(answers)).filter(answer => answer.status >= 300).length;
}

/** eventNames finds the names in a stream of JSON events, a line each, looking no further than the beginning of a line. */
function eventNames(onEvent: (name: string) => void): (chunk: Buffer) => void {
  let rest: Buffer | undefined;
  return chunk => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, at);
      if (end < 0) break;
      const head = bytes.toString('latin1', at, Math.min(end, at + 160));
      const name = /"metadata":\{"name":"([^"]*)"/.exec(head)?.[1];
      if (name !== undefined) onEvent(name);
      at = end + 1;
    }
    rest = at < bytes.length ? bytes.subarray(at) : undefined;
  };
}

/** sample keeps every so many-th of sorted values, the last for sure. */
function sample(sorted: readonly number[], size: number): number[] {
  return Array.from({ length: size }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (size - 1))]!);
}
