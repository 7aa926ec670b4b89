import { connect } from 'node:net';
import type { corev1 } from '@navarch/api';
import { isCriCode, type CriRuntime } from '@navarch/cri';
import { grpcHealth } from './grpc-health';
import { dialError, httpGet, httpUrl, resolvePort } from './http-get';

/** ProbeTarget is the running container that is probed. */
export interface ProbeTarget {
  readonly containerId: string;
  readonly container: corev1.Container;
  readonly podIp: string;
}

/** ProbeOutcome is one probe's answer; output is what the event about it says: Unhealthy, or ProbeWarning where warns is set. */
export interface ProbeOutcome {
  readonly ok: boolean;
  /** warns: it passed, and an operator should know how. */
  readonly warns?: boolean;
  readonly output: string;
}

/** runProbe probes once. It never rejects: what cannot be probed has failed. */
export async function runProbe(
  runtime: CriRuntime,
  probe: corev1.Probe,
  target: ProbeTarget,
  userAgent: string,
): Promise<ProbeOutcome> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.exec) return await runExec(runtime, probe.exec.command ?? [], target, probe.timeoutSeconds ?? 1);
    if (probe.httpGet) {
      const url = httpUrl(probe.httpGet, target.container, target.podIp);
      const { status, body } = await httpGet(url, probe.httpGet.httpHeaders ?? [], userAgent, timeoutMs);
      return httpOutcome(status, body);
    }
    if (probe.tcpSocket) {
      const port = resolvePort(probe.tcpSocket.port, target.container);
      return await dial(probe.tcpSocket.host || target.podIp, port, timeoutMs);
    }
    if (probe.grpc) {
      const failure = await grpcHealth(target.podIp, probe.grpc.port, probe.grpc.service ?? '', timeoutMs);
      return { ok: failure === undefined, output: failure ?? 'service healthy' };
    }
    return { ok: false, output: 'missing probe handler' };
  } catch (error) {
    return { ok: false, output: (error as Error).message };
  }
}

/** httpOutcome: a redirect that is not followed, as it leads to another host, passes with a warning. */
function httpOutcome(status: number, body: string): ProbeOutcome {
  if (status < 200 || status >= 400) return { ok: false, output: `HTTP probe failed with statuscode: ${status}` };
  if (status < 300) return { ok: true, output: body };
  return { ok: true, warns: true, output: `Probe terminated redirects, Response body: ${body}` };
}

async function runExec(
  runtime: CriRuntime,
  command: readonly string[],
  target: ProbeTarget,
  timeoutSeconds: number,
): Promise<ProbeOutcome> {
  try {
    const { exitCode, stdout, stderr } = await runtime.execSync(target.containerId, command, timeoutSeconds);
    return {
      ok: exitCode === 0,
      output: Buffer.concat([stdout, stderr])
        .subarray(0, 10 * 1024)
        .toString('utf8'),
    };
  } catch (error) {
    if (!isCriCode(error, 'DEADLINE_EXCEEDED')) throw error;
    return {
      ok: false,
      output: `command timed out: ${JSON.stringify(command.join(' '))} timed out after ${timeoutSeconds}s`,
    };
  }
}

function dial(host: string, port: number, timeoutMs: number): Promise<ProbeOutcome> {
  return new Promise(resolve => {
    const socket = connect({ host, port });
    const end = (outcome: ProbeOutcome) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(timeoutMs, () => end({ ok: false, output: `dial tcp ${host}:${port}: i/o timeout` }));
    socket.once('connect', () => end({ ok: true, output: '' }));
    socket.once('error', error => end({ ok: false, output: dialError(error, host, port) }));
  });
}
