import { connect } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { StatusError } from '@navarch/apimachinery';
import type { CriRuntime, Streams } from '@navarch/cri';
import type { RuntimeInspector } from '../runtime/inspector';
import { readySandbox } from '../runtime/runtime-pod';
import { AnswerError } from './answers';
import { CHANNELS_V5, PORT_FORWARD, translateChannels, translatePortForward, translated } from './websocket';
import { findContainerId, findPod, parseContainerPath, parsePodPath, type PodLookup } from './pod-lookup';

/** StreamingParts are what /exec, /attach and /portForward work with. */
export interface StreamingParts {
  readonly lookup: PodLookup;
  readonly runtime: CriRuntime;
  readonly inspector: RuntimeInspector;
}

/** streamsOf reads which streams a request wants: `input output error tty`, each `1` or `true`; `stdin stdout stderr` mean the same. */
export function streamsOf(parameters: URLSearchParams): Streams {
  const flag = (...names: string[]) => names.some(name => ['1', 'true'].includes(parameters.get(name) ?? ''));
  const tty = flag('tty');
  const streams = {
    stdin: flag('input', 'stdin'),
    stdout: flag('output', 'stdout'),
    stderr: flag('error', 'stderr') && !tty,
    tty,
  };
  if (!streams.stdin && !streams.stdout && !streams.stderr) {
    throw new StatusError(400, 'BadRequest', 'you must specify at least 1 of stdin, stdout, stderr');
  }
  return streams;
}

/** streamingUrl asks the runtime for the URL that serves an exec, attach or portForward request. */
export async function streamingUrl(parts: StreamingParts, target: string): Promise<string> {
  const { pathname, searchParams } = new URL(target, 'http://kubelet');
  const verb = pathname.split('/')[1];
  try {
    if (verb === 'portForward') return await portForwardUrl(parts, pathname, searchParams);
    const wanted = parseContainerPath(pathname);
    const pod = findPod(parts.lookup, wanted);
    const id = findContainerId(parts.lookup, pod, wanted.containerName, false);
    const streams = streamsOf(searchParams);
    if (verb === 'attach') return await parts.runtime.attach(id, { ...streams });
    return await parts.runtime.exec(id, searchParams.getAll('command'), streams);
  } catch (error) {
    if (error instanceof AnswerError)
      throw new StatusError(error.status, error.status === 404 ? 'NotFound' : 'BadRequest', error.message.trim());
    throw error;
  }
}

async function portForwardUrl(parts: StreamingParts, pathname: string, parameters: URLSearchParams): Promise<string> {
  const wanted = parsePodPath(pathname);
  const pod = findPod(parts.lookup, wanted);
  const current = await parts.inspector.inspect(pod.metadata?.uid ?? '', wanted.namespace, wanted.podName);
  const sandbox = readySandbox(current);
  if (!sandbox) throw new AnswerError(404, `unable to find running sandbox of pod ${wanted.podName}`);
  const ports = parameters
    .getAll('port')
    .flatMap(text => text.split(','))
    .map(Number);
  if (!ports.every(port => Number.isInteger(port) && port > 0 && port < 65_536))
    throw new AnswerError(400, 'invalid port');
  return parts.runtime.portForward(sandbox.id, ports);
}

/** serveStream serves an upgrade request to /exec, /attach or /portForward, in whichever protocol it asks for. */
export async function serveStream(
  parts: StreamingParts,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const target = request.url ?? '';
  const url = await streamingUrl(parts, target);
  const protocol = translated(request.headers);
  if (protocol === PORT_FORWARD) return translatePortForward(request, socket, head, url);
  if (protocol === CHANNELS_V5) {
    return translateChannels(request, socket, head, url, streamsOf(new URL(target, 'http://kubelet').searchParams));
  }
  return tunnel(request, socket, head, url);
}

/** Hop-by-hop headers stay, as they carry the upgrade; what only concerns the asker's way to us does not go on. */
const DROPPED = new Set(['host', 'authorization', 'cookie', 'x-forwarded-for', 'forwarded']);

/** tunnel replays an upgrade request at the runtime's streaming server and joins the two connections, whatever protocol they speak. */
export async function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer, url: string): Promise<void> {
  const target = new URL(url);
  const upstream = connect({ host: target.hostname.replace(/^\[|\]$/g, ''), port: Number(target.port), noDelay: true });
  await new Promise<void>((resolve, reject) => {
    upstream.once('connect', resolve);
    upstream.once('error', error =>
      reject(new StatusError(502, 'InternalError', `cannot reach the runtime's streaming server: ${error.message}`)),
    );
  });
  const lines = [`${request.method} ${target.pathname}${target.search} HTTP/1.1`, `Host: ${target.host}`];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]!;
    if (!DROPPED.has(name.toLowerCase())) lines.push(`${name}: ${request.rawHeaders[i + 1]!}`);
  }
  upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (head.length) upstream.write(head);
  upstream.on('error', () => socket.destroy());
  socket.on('error', () => upstream.destroy());
  socket.on('close', () => upstream.destroy());
  upstream.on('close', () => socket.end());
  upstream.pipe(socket);
  socket.pipe(upstream);
}
