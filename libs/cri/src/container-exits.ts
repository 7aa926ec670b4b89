import { Backoff, systemClock, type Clock } from '@navarch/base';
import type protobuf from 'protobufjs';
import { GrpcConnection } from './grpc-connection';
import { loadProto } from './load-proto';
import { isCriCode, type ContainerExit, type RuntimeEvent } from './runtime';

/** FILTER: containerd wants the topic quoted, or it reads the slashes as operators. */
const FILTER = 'namespace==k8s.io,topic=="/tasks/exit"';

interface Envelope {
  readonly event: { readonly typeUrl: string; readonly value: Buffer } | null;
}

/**
 * watchContainerExits follows containerd's event stream: each container's exit as it happens. `connected` comes first and
 * after each reconnection (backoff 50 ms to 2 s); exits before it may have been missed, so the listener lists anew. It
 * ends when signal aborts, or at once if the runtime has no such stream (it is not containerd).
 */
export async function* watchContainerExits(
  socket: string,
  signal: AbortSignal,
  clock: Clock = systemClock,
): AsyncGenerator<RuntimeEvent> {
  const proto = await loadProto('containerd-events');
  const taskExit = proto.root.lookupType('containerd.services.events.v1.TaskExit');
  const connection = new GrpcConnection(socket, proto, 'containerd.services.events.v1.Events');
  const backoff = new Backoff({ initialMs: 50, maxMs: 2000 });
  try {
    while (!signal.aborted) {
      try {
        const events = await connection.stream<Envelope>('Subscribe', { filters: [FILTER] }, signal);
        yield { type: 'connected' };
        for await (const { event } of events) {
          backoff.reset();
          const exit = event && decodeExit(taskExit, event.value);
          if (exit) yield exit;
        }
      } catch (error) {
        if (isCriCode(error, 'UNIMPLEMENTED')) return;
      }
      if (!signal.aborted) await clock.sleep(backoff.next(), signal).catch(() => undefined);
    }
  } finally {
    connection.close();
  }
}

interface TaskExit {
  readonly containerId: string;
  readonly id: string;
  readonly exitStatus: number;
  readonly exitedAt?: { readonly seconds: number; readonly nanos: number };
}

/** decodeExit reads a TaskExit; undefined for the exit of an exec'd process, whose id is not its container's. */
export function decodeExit(taskExit: protobuf.Type, value: Uint8Array): ContainerExit | undefined {
  const exit = taskExit.toObject(taskExit.decode(value), { longs: Number, defaults: true }) as TaskExit;
  if (exit.id !== exit.containerId) return undefined;
  const { seconds = 0, nanos = 0 } = exit.exitedAt ?? {};
  return {
    type: 'exit',
    id: exit.containerId,
    exitCode: exit.exitStatus,
    exitedAt: seconds * 1000 + Math.floor(nanos / 1e6),
  };
}
