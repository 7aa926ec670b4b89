import type { Logger, Stoppable } from '@navarch/base';
import packet, { type Answer, type DecodedPacket, type OptAnswer } from 'dns-packet';
import dgram from 'node:dgram';
import net from 'node:net';
import { RCODES, reply, type Query, type Rcode, type Reply } from './plugin';

/** How long a query may take, in milliseconds; past that nobody waits for the answer any more. */
const QUERY_MS = 5000;
/** UDP answers: 512 bytes without EDNS, what the asker says with it, but never more than fits unfragmented. */
const UDP_PLAIN = 512;
const UDP_MAX = 1232;
const TCP_IDLE_MS = 10_000;
const MAX_TCP_CONNECTIONS = 500;
/** The only opcode we know; others are answered as not implemented. */
const QUERY_OPCODE = 'QUERY';

export interface DnsServerOptions {
  readonly address: string;
  readonly port: number;
  readonly answer: (query: Query) => Promise<Reply>;
  readonly log: Logger;
}

/** DnsServer speaks DNS over UDP and TCP on one address (RFC 1035, EDNS buffer sizes of RFC 6891). */
export class DnsServer implements Stoppable {
  private udp: dgram.Socket | undefined;
  private tcp: net.Server | undefined;
  private readonly connections = new Set<net.Socket>();

  constructor(private readonly options: DnsServerOptions) {}

  /** port is where it listens; the same for UDP and TCP. */
  get port(): number {
    return this.udp?.address().port ?? 0;
  }

  async listen(): Promise<void> {
    const { address, log } = this.options;
    const udp = (this.udp = dgram.createSocket({ type: 'udp4', reuseAddr: false }));
    udp.on('message', (data, from) => {
      void this.respond(data, 'udp').then(answer => {
        if (answer) udp.send(answer, from.port, from.address);
      });
    });
    await new Promise<void>((resolve, reject) => {
      udp.once('error', reject);
      udp.bind(this.options.port, address, resolve);
    });
    udp.on('error', error => log.error('UDP failed', error));
    const tcp = (this.tcp = net.createServer(socket => this.onConnection(socket)));
    tcp.maxConnections = MAX_TCP_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.listen(this.port, address, resolve);
    });
  }

  async stop(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    const { udp, tcp } = this;
    if (udp) await new Promise<void>(resolve => udp.close(() => resolve()));
    if (tcp) await new Promise<void>(resolve => tcp.close(() => resolve()));
    this.udp = this.tcp = undefined;
  }

  private onConnection(socket: net.Socket): void {
    this.connections.add(socket);
    socket.on('close', () => this.connections.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
    let got = Buffer.alloc(0);
    socket.on('data', chunk => {
      got = Buffer.concat([got, chunk]);
      while (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) {
        const end = 2 + got.readUInt16BE(0);
        const message = got.subarray(2, end);
        got = got.subarray(end);
        void this.respond(message, 'tcp').then(answer => {
          if (!answer || socket.destroyed) return socket.destroy();
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer.length);
          return socket.write(Buffer.concat([length, answer]));
        });
      }
    });
  }

  /** respond answers one message; undefined for what is no query at all. It never rejects. */
  private async respond(data: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined> {
    let message: DecodedPacket & { opcode?: string };
    try {
      message = packet.decode(data);
    } catch {
      return data.length >= 12 && !(data[2]! & 0x80) ? headerOnly(data, 'FORMERR') : undefined;
    }
    if (message.type !== 'query') return undefined;
    const question = message.questions?.[0];
    if (message.questions?.length !== 1 || !question) return headerOnly(data, 'FORMERR');
    if (message.opcode !== QUERY_OPCODE) return headerOnly(data, 'NOTIMP');
    const asked = question.name.replace(/\.$/, '');
    const query: Query = {
      name: asked.toLowerCase(),
      asked,
      type: question.type,
      question,
      transport,
      signal: AbortSignal.timeout(QUERY_MS),
    };
    const answer = await this.options.answer(query).catch((error: unknown) => {
      this.options.log.error('Query failed', error, { name: query.name, type: query.type });
      return reply('SERVFAIL');
    });
    return encode(message, query, answer);
  }
}

/** encode makes the answering message; over UDP it leaves out what does not fit, and says so. */
export function encode(message: DecodedPacket, query: Query, answer: Reply): Buffer {
  const opt = message.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  const limit =
    query.transport === 'tcp' ? 65_535 : Math.min(UDP_MAX, Math.max(UDP_PLAIN, opt?.udpPayloadSize ?? UDP_PLAIN));
  const spelled = (records: readonly Answer[]) =>
    records.map(record =>
      'name' in record && record.name.toLowerCase() === query.name ? { ...record, name: query.asked } : record,
    );
  const build = (
    answers: readonly Answer[],
    authorities: readonly Answer[],
    additionals: readonly Answer[],
    truncated: boolean,
  ) =>
    packet.encode({
      id: message.id,
      type: 'response',
      flags:
        RCODES[answer.rcode] |
        packet.RECURSION_AVAILABLE |
        (message.flag_rd ? packet.RECURSION_DESIRED : 0) |
        (answer.authoritative ? packet.AUTHORITATIVE_ANSWER : 0) |
        (truncated ? packet.TRUNCATED_RESPONSE : 0),
      questions: [{ ...query.question, name: query.asked }],
      answers: [...answers],
      authorities: [...authorities],
      additionals: [...additionals, ...(opt ? [optRecord()] : [])],
    });
  const whole = build(spelled(answer.answers), answer.authorities, answer.additionals, false);
  if (whole.length <= limit) return whole;
  const bare = build(spelled(answer.answers), [], [], false);
  if (bare.length <= limit) return bare;
  const kept = [...spelled(answer.answers)];
  let cut = bare;
  while (cut.length > limit && kept.length) {
    kept.length = Math.floor((kept.length * 2) / 3);
    cut = build(kept, [], [], true);
  }
  return cut;
}

function optRecord(): OptAnswer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: UDP_MAX,
    flags: 0,
    options: [],
    extendedRcode: 0,
    ednsVersion: 0,
    flag_do: false,
  } as OptAnswer;
}

/** headerOnly answers a message that cannot be understood with its own id and nothing else. */
function headerOnly(data: Buffer, rcode: Rcode): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(data.readUInt16BE(0), 0);
  header.writeUInt16BE(0x8000 | (data.readUInt16BE(2) & 0x7900) | RCODES[rcode], 2);
  return header;
}
