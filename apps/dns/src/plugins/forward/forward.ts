import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import net from 'node:net';
import packet, { type DecodedPacket } from 'dns-packet';
import { reply, RCODES, type Plugin, type Query, type Rcode, type Reply } from '../../plugin';

/** Upstream is a resolver's address. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
}

/** How long one resolver may take, in milliseconds, before the next is asked. */
const ATTEMPT_MS = 2000;
/** How many questions may be under way at once; past that a query is refused rather than remembered. */
const MAX_IN_FLIGHT = 1000;
const NAMES = new Map(Object.entries(RCODES).map(([name, number]) => [number, name as Rcode]));

/** forward asks the upstream resolvers in order, by UDP and, for truncated answers, by TCP. Without upstreams it refuses. */
export function forward(upstreams: readonly Upstream[]): Plugin {
  let inFlight = 0;
  return {
    name: 'forward',
    async handle(query) {
      if (!upstreams.length || inFlight >= MAX_IN_FLIGHT) return reply('REFUSED');
      inFlight++;
      try {
        for (const upstream of upstreams) {
          const answer = await ask(upstream, query).catch(() => undefined);
          if (answer) return answer;
        }
        return reply('SERVFAIL');
      } finally {
        inFlight--;
      }
    },
  };
}

async function ask(upstream: Upstream, query: Query): Promise<Reply> {
  const id = randomInt(65_536);
  const message = packet.encode({ id, type: 'query', flags: packet.RECURSION_DESIRED, questions: [query.question] });
  const signal = AbortSignal.any([query.signal, AbortSignal.timeout(ATTEMPT_MS)]);
  let answer = await overUdp(upstream, message, id, query, signal);
  if (answer.flag_tc) answer = packet.decode(await overTcp(upstream, message, signal));
  return {
    rcode: NAMES.get((answer.flags ?? 0) & 15) ?? 'SERVFAIL',
    authoritative: false,
    answers: answer.answers ?? [],
    authorities: answer.authorities ?? [],
    additionals: (answer.additionals ?? []).filter(record => record.type !== 'OPT'),
  };
}

/** overUdp takes only an answer that comes from whom was asked, with the id and the question that were sent. */
function overUdp(
  { host, port }: Upstream,
  message: Buffer,
  id: number,
  query: Query,
  signal: AbortSignal,
): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket({ type: net.isIPv6(host) ? 'udp6' : 'udp4', signal });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
    socket.on('message', data => {
      try {
        const answer = packet.decode(data);
        const question = answer.questions?.[0];
        if (answer.id !== id || question?.name.toLowerCase() !== query.name || question.type !== query.question.type)
          return;
        resolve(answer);
        socket.close();
      } catch {
        // Not a DNS message: whoever sent it, the answer may still come.
      }
    });
    socket.connect(port, host, () => socket.send(message));
  });
}

function overTcp({ host, port }: Upstream, message: Buffer, signal: AbortSignal): Promise<Buffer> {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, signal }, () => socket.write(Buffer.concat([length, message])));
    let got = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed before the answer was whole')));
    socket.on('data', chunk => {
      got = Buffer.concat([got, chunk]);
      if (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) {
        resolve(got.subarray(2));
        socket.destroy();
      }
    });
  });
}

/** upstreamsOf reads the nameservers of a resolv.conf, except our own address. */
export function upstreamsOf(resolvConf: string, own: string): Upstream[] {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)]
    .map(match => ({ host: match[1]!, port: 53 }))
    .filter(({ host }) => host !== own);
}
