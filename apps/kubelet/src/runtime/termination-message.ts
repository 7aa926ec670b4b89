import { open } from 'node:fs/promises';
import type { ContainerStatus } from '@navarch/cri';
import { parseLogLine } from '../logs/cri-log';
import { TERMINATION_MESSAGE_PATH, TERMINATION_MESSAGE_POLICY } from './labels';

const MAX_MESSAGE = 4096;
const MAX_LOG = 2048;
const MAX_LOG_LINES = 80;

/** terminationMessage is what an ended container left: its message file, or (by policy, after an error) the end of its log. */
export async function terminationMessage(container: ContainerStatus): Promise<string> {
  const at = container.annotations[TERMINATION_MESSAGE_PATH];
  const mount = at && container.mounts.find(m => m.containerPath === at);
  const message = mount ? await readEnd(mount.hostPath, MAX_MESSAGE, 'start') : '';
  const fallback =
    container.annotations[TERMINATION_MESSAGE_POLICY] === 'FallbackToLogsOnError' && container.exitCode !== 0;
  if (message || !fallback || !container.logPath) return message;
  const tail = await readEnd(container.logPath, 4 * MAX_LOG, 'end');
  const lines = tail.split('\n').map(line => parseLogLine(Buffer.from(line))?.content.toString('utf8') ?? '');
  return Buffer.from(lines.slice(-MAX_LOG_LINES).join('')).subarray(-MAX_LOG).toString('utf8');
}

async function readEnd(file: string, limit: number, which: 'start' | 'end'): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, limit);
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(length),
      0,
      length,
      which === 'start' ? 0 : size - length,
    );
    return buffer.subarray(0, bytesRead).toString('utf8');
  } catch {
    return '';
  } finally {
    await handle.close();
  }
}
