import type { corev1 } from '@navarch/api';
import type { Clock } from '@navarch/base';
import type { CriRuntime } from '@navarch/cri';
import { httpGet, httpUrl } from '../prober/http-get';

/** HookTarget is the container a lifecycle hook runs for. */
export interface HookTarget {
  readonly containerId: string;
  readonly container: corev1.Container;
  readonly podIp: string;
}

/** runHook runs a postStart or preStop handler to its end, at most timeoutMs long. Rejects with what its event says. */
export async function runHook(
  runtime: CriRuntime,
  clock: Clock,
  handler: corev1.LifecycleHandler,
  target: HookTarget,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (handler.exec) {
    const command = handler.exec.command ?? [];
    const { exitCode, stdout, stderr } = await runtime.execSync(
      target.containerId,
      command,
      Math.ceil(timeoutMs / 1000),
    );
    const output = Buffer.concat([stdout, stderr]).toString('utf8');
    if (exitCode !== 0) throw new Error(`command '${command.join(' ')}' exited with ${exitCode}: ${output}`);
  } else if (handler.httpGet) {
    const url = httpUrl(handler.httpGet, target.container, target.podIp);
    const { status } = await httpGet(url, handler.httpGet.httpHeaders ?? [], 'kube-lifecycle/1', timeoutMs);
    if (status < 200 || status >= 400)
      throw new Error(`HTTP lifecycle hook (${url.href}) failed with statuscode: ${status}`);
  } else if (handler.sleep) {
    await clock.sleep(Math.min(timeoutMs, handler.sleep.seconds * 1000), signal);
  } else {
    throw new Error('invalid handler: no action specified');
  }
}
