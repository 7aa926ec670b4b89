import type { ApiHandler, ApiRequest } from '@navarch/apimachinery';
import type { Clock } from '@navarch/base';
import { isGone, type CriRuntime } from '@navarch/cri';
import { readLog, type FollowedContainer, type LogOptions } from '../logs/read-log';
import { AnswerError, answered, writerTo } from './answers';
import { findContainerId, findPod, parseContainerPath, type PodLookup } from './pod-lookup';

/** LogParts are what /containerLogs works with. */
export interface LogParts {
  readonly lookup: PodLookup;
  readonly runtime: CriRuntime;
  readonly clock: Clock;
  /** onPodChange calls back when a container of the pod may have ended. */
  onPodChange(uid: string, listener: () => void): Disposable;
}

/** logOptions reads the query of a log request: pods/log's parameters. Throws a 400 AnswerError. */
export function logOptions(query: string, now: number): LogOptions & { readonly previous: boolean } {
  const parameters = new URLSearchParams(query);
  const flag = (name: string) => ['true', '1', ''].includes(parameters.get(name) ?? 'false');
  const number = (name: string, least: number) => {
    const text = parameters.get(name);
    if (text === null || text === 'all') return undefined;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new AnswerError(400, `{"message": "invalid ${name}: ${JSON.stringify(text)}"}`);
    return value;
  };
  const sinceSeconds = number('sinceSeconds', 0);
  const sinceTime = parameters.get('sinceTime');
  const since = sinceSeconds !== undefined ? now - sinceSeconds * 1000 : sinceTime ? Date.parse(sinceTime) : undefined;
  if (Number.isNaN(since))
    throw new AnswerError(400, '{"message": "Unable to decode the request for container logs."}');
  const [tailLines, limitBytes, stream] = [number('tailLines', 0), number('limitBytes', 1), parameters.get('stream')];
  return {
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    ...(tailLines !== undefined && { tailLines }),
    ...(since !== undefined && { since }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(stream === 'Stdout' && { stream: 'stdout' }),
    ...(stream === 'Stderr' && { stream: 'stderr' }),
  };
}

/** containerLogs serves /containerLogs/{namespace}/{pod}/{container}. */
export function containerLogs(parts: LogParts): ApiHandler {
  return request => answered(() => serve(parts, request));
}

async function serve(parts: LogParts, request: ApiRequest) {
  const options = logOptions(request.query, parts.clock.now());
  const wanted = parseContainerPath(request.path);
  const pod = findPod(parts.lookup, wanted);
  const known = [
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.initContainers ?? []),
    ...(pod.spec?.ephemeralContainers ?? []),
  ];
  if (!known.some(container => container.name === wanted.containerName)) {
    throw new AnswerError(
      404,
      `container ${JSON.stringify(wanted.containerName)} not found in pod ${JSON.stringify(wanted.podName)}\n`,
    );
  }
  const id = findContainerId(parts.lookup, pod, wanted.containerName, options.previous);
  const { logPath } = await parts.runtime.containerStatus(id).catch((error: Error) => {
    throw new AnswerError(500, error.message);
  });
  const container: FollowedContainer = {
    ended: () =>
      parts.runtime.containerStatus(id).then(
        ({ state }) => state === 'CONTAINER_EXITED',
        error => isGone(error),
      ),
    onChange: listener => parts.onPodChange(pod.metadata?.uid ?? '', listener),
  };
  return {
    status: 200,
    headers: { 'content-type': 'text/plain', 'transfer-encoding': 'chunked' },
    body: {
      start(sink: Parameters<typeof writerTo>[0]) {
        readLog(logPath, options, writerTo(sink), container, sink.closed)
          .catch(async (error: unknown) => writerTo(sink)(Buffer.from(`${(error as Error).message}\n`)))
          .finally(() => sink.end());
      },
    },
  };
}
