import type { ApiRequest } from '@navarch/apimachinery';
import type { ResourceAttributes, Serving } from '@navarch/nest-host';
import type { KubeletDeps } from '../options';
import type { RuntimeInspector } from '../runtime/inspector';
import { AnswerError, answered, json, text } from './answers';
import { containerLogs } from './container-logs';
import { nodeLogs } from './node-logs';
import { readNodeUsage } from './node-usage';
import { findContainerId, findPod, parseContainerPath, type PodLookup } from './pod-lookup';
import { cadvisorMetrics, readPodUsage, resourceMetrics, summary } from './stats';
import { serveStream } from './streaming';

/** ServerParts are what the kubelet's endpoints work with. */
export interface ServerParts {
  readonly deps: Pick<KubeletDeps, 'runtime' | 'clock' | 'options' | 'log'>;
  readonly lookup: PodLookup;
  readonly inspector: RuntimeInspector;
  onPodChange(uid: string, listener: () => void): Disposable;
}

/** serveKubelet adds the kubelet's endpoints, under upstream's paths. */
export function serveKubelet(serving: Serving, parts: ServerParts): void {
  const { deps, lookup } = parts;
  const { runtime, clock, options } = deps;
  const get = (path: string, work: () => Promise<ReturnType<typeof text>>) =>
    serving.handle(path, () => answered(work));
  get('/pods', async () =>
    json({
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: {},
      items: lookup.pods().map(pod => ({ ...pod, status: lookup.status(pod) })),
    }),
  );
  get('/runningpods/', async () =>
    json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: await runningPods(parts) }),
  );
  get('/stats/summary', async () =>
    json(summary(options.nodeName, await readPodUsage(runtime), await readNodeUsage(), lookup.pods(), clock.now())),
  );
  get('/metrics/resource', async () =>
    text(200, resourceMetrics(await readPodUsage(runtime), await readNodeUsage()), METRICS_TYPE),
  );
  get('/metrics/cadvisor', async () =>
    text(200, cadvisorMetrics(await readPodUsage(runtime), await readNodeUsage()), METRICS_TYPE),
  );
  get('/metrics/probes', async () => text(200, '', METRICS_TYPE));
  serving.handle('/containerLogs/', containerLogs({ lookup, runtime, clock, onPodChange: parts.onPodChange }), {
    prefix: true,
  });
  serving.handle('/logs/', nodeLogs('/logs/', SYSTEM_LOGS), { prefix: true });
  serving.handle('/run/', request => answered(() => runCommand(parts, request)), { prefix: true });
  for (const prefix of ['/exec/', '/attach/', '/portForward/']) {
    serving.handle(
      prefix,
      () => Promise.resolve(text(400, 'unable to upgrade: missing upgrade headers in request\n')),
      { prefix: true },
    );
    serving.upgrade(prefix, (request, socket, head) => serveStream({ ...parts, runtime }, request, socket, head));
  }
}

const SYSTEM_LOGS = '/var/log';
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

async function runningPods({ inspector }: ServerParts): Promise<object[]> {
  const pods = await inspector.pods();
  return [...pods.values()].map(({ uid, name, namespace }) => ({
    metadata: { uid, name, namespace },
    spec: { containers: [] },
  }));
}

async function runCommand({ deps, lookup }: ServerParts, request: ApiRequest): Promise<ReturnType<typeof text>> {
  if (request.method !== 'POST') throw new AnswerError(405, 'Method Not Allowed\n');
  const wanted = parseContainerPath(request.path);
  const id = findContainerId(lookup, findPod(lookup, wanted), wanted.containerName, false);
  const command = (new URLSearchParams(request.query).get('cmd') ?? '').split(' ').filter(Boolean);
  const { stdout, stderr, exitCode } = await deps.runtime.execSync(id, command, 60);
  const output = Buffer.concat([stdout, stderr]).toString('utf8');
  if (exitCode !== 0) throw new AnswerError(500, `command '${command.join(' ')}' exited with ${exitCode}: ${output}`);
  return text(200, output);
}

/** kubeletAttributes says what a request to the kubelet asks for, as upstream's authorizer attributes do: a subresource of nodes. */
export function kubeletAttributes(nodeName: () => string): (method: string, path: string) => ResourceAttributes {
  const verbs: Readonly<Record<string, string>> = {
    GET: 'get',
    HEAD: 'get',
    POST: 'create',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: 'delete',
  };
  return (method, path) => {
    const below = (prefix: string) => path === prefix || path.startsWith(`${prefix}/`);
    const subresource = below('/stats')
      ? 'stats'
      : below('/metrics')
        ? 'metrics'
        : below('/logs')
          ? 'log'
          : below('/spec')
            ? 'spec'
            : 'proxy';
    return { verb: verbs[method] ?? 'get', group: '', version: 'v1', resource: 'nodes', subresource, name: nodeName() };
  };
}
