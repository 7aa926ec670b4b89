import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Streams } from '@navarch/cri';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { SpdySession, upgradeToSpdy, type SpdyStream } from './spdy-client';

/** The newer WebSocket protocols, which runtimes do not speak: v5 can end stdin, and port-forward carries SPDY inside. */
export const CHANNELS_V5 = 'v5.channel.k8s.io';
export const PORT_FORWARD = 'SPDY/3.1+portforward.k8s.io';

const [STDIN, STDOUT, STDERR, ERROR, RESIZE, CLOSE] = [0, 1, 2, 3, 4, 255];
const HIGH_WATER = 1 << 20;
const MAX_MESSAGE = 16 << 20;
const PROTOCOL_V4 = 'v4.channel.k8s.io';
const PING_MS = 15_000;

/** translated is the newer protocol a request offers, where the kubelet has to translate; undefined: the runtime speaks what is asked. */
export function translated(headers: IncomingMessage['headers']): typeof CHANNELS_V5 | typeof PORT_FORWARD | undefined {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return undefined;
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map(name => name.trim());
  return offered.includes(CHANNELS_V5) ? CHANNELS_V5 : offered.includes(PORT_FORWARD) ? PORT_FORWARD : undefined;
}

/** accept takes the WebSocket with the protocol given. Its name may be one that a strict reader of the header refuses, so the header is ours. */
function accept(request: IncomingMessage, socket: Duplex, head: Buffer, protocol: string): Promise<WebSocket> {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false });
  delete request.headers['sec-websocket-protocol'];
  server.on('headers', headers => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  return new Promise(resolve => server.handleUpgrade(request, socket, head, resolve));
}

/** translateChannels serves exec and attach over v5: each WebSocket message begins with its channel; to the runtime each channel is a SPDY stream. */
export async function translateChannels(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  url: string,
  streams: Streams,
): Promise<void> {
  const session = await SpdySession.open(url, [PROTOCOL_V4]);
  const ws = await accept(request, socket, head, CHANNELS_V5);
  const open = new Map<number, SpdyStream>();
  const wanted: [number, string, boolean][] = [
    [ERROR, 'error', true],
    [STDIN, 'stdin', streams.stdin],
    [STDOUT, 'stdout', streams.stdout],
    [STDERR, 'stderr', streams.stderr && !streams.tty],
    [RESIZE, 'resize', streams.tty],
  ];
  joinLifetimes(ws, session);
  ws.on('message', (data: RawData) => fromClient(ws, open, data as Buffer));
  // What the client sends before all streams are open has to wait.
  ws.pause();
  for (const [channel, streamType, asked] of wanted) {
    if (!asked) continue;
    const stream = await session.stream({ streamtype: streamType });
    stream.onData = chunk => toClient(ws, session, Buffer.concat([Buffer.from([channel]), chunk]));
    open.set(channel, stream);
  }
  ws.resume();
  // An empty message says that the connection stands.
  if (streams.stdout) toClient(ws, session, Buffer.from([STDOUT]));
}

function fromClient(ws: WebSocket, open: Map<number, SpdyStream>, message: Buffer): void {
  const [channel] = message;
  const body = message.subarray(1);
  if (channel === CLOSE && body.length) {
    open.get(body[0]!)?.end();
    open.delete(body[0]!);
    return;
  }
  if (channel === undefined || (channel !== STDIN && channel !== RESIZE) || !body.length) return;
  if (open.get(channel)?.write(body) === false) ws.pause();
}

function toClient(ws: WebSocket, session: Pick<SpdySession, 'pause' | 'resume'>, message: Buffer): void {
  if (ws.readyState !== ws.OPEN) return;
  ws.send(message, () => {
    if (ws.bufferedAmount < HIGH_WATER) session.resume();
  });
  if (ws.bufferedAmount >= HIGH_WATER) session.pause();
}

function joinLifetimes(ws: WebSocket, session: SpdySession): void {
  session.onDrain(() => ws.resume());
  void session.closed.then(() => ws.close(1000));
  endWith(ws, () => session.close());
}

/** endWith calls end when the WebSocket has gone, and keeps it alive through proxies meanwhile. */
function endWith(ws: WebSocket, end: () => void): void {
  const pings = setInterval(() => ws.ping(), PING_MS);
  ws.once('close', () => {
    clearInterval(pings);
    end();
  });
  ws.once('error', end);
}

/** translatePortForward serves port-forward over a WebSocket: its messages carry the bytes of a SPDY connection, which the runtime speaks. */
export async function translatePortForward(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  url: string,
): Promise<void> {
  const { socket: runtime, rest } = await upgradeToSpdy(url, ['portforward.k8s.io']);
  const ws = await accept(request, socket, head, PORT_FORWARD);
  runtime.on('error', () => runtime.destroy());
  runtime.on('drain', () => ws.resume());
  runtime.on('close', () => ws.close(1000));
  endWith(ws, () => runtime.destroy());
  const send = (chunk: Buffer) => toClient(ws, { pause: () => runtime.pause(), resume: () => runtime.resume() }, chunk);
  if (rest.length) send(rest);
  runtime.on('data', send);
  ws.on('message', (data: RawData) => {
    if (!runtime.write(data as Buffer)) ws.pause();
  });
}
