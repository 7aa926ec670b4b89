import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { corev1 } from '@navarch/api';
import { rfc3339, type Clock, type Logger } from '@navarch/base';
import { parseAllDocuments } from 'yaml';
import { CONFIG_HASH, CONFIG_SEEN, CONFIG_SOURCE } from './pod-source';

/** staticPod makes the node's own pod out of a manifest: named for the node, with a uid that changes when the manifest does. */
export function staticPod(manifest: corev1.Pod, text: string, nodeName: string, now: number): corev1.Pod {
  const hash = createHash('md5').update(`${nodeName}\n${text}`).digest('hex');
  const { metadata = {}, spec } = manifest;
  return {
    ...manifest,
    metadata: {
      ...metadata,
      name: `${metadata.name}-${nodeName.toLowerCase()}`,
      namespace: metadata.namespace ?? 'default',
      uid: metadata.uid ?? hash,
      annotations: {
        ...metadata.annotations,
        [CONFIG_HASH]: hash,
        [CONFIG_SOURCE]: 'file',
        [CONFIG_SEEN]: new Date(now).toISOString(),
      },
      creationTimestamp: metadata.creationTimestamp ?? rfc3339(now),
    },
    spec: {
      terminationGracePeriodSeconds: 30,
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      ...spec!,
      nodeName,
      tolerations: [...(spec!.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }],
    },
  };
}

/** readManifests reads a directory's manifests (YAML or JSON; names with a leading dot are left out). What cannot be read is logged and left out. */
export async function readManifests(
  directory: string,
  nodeName: string,
  now: number,
  log: Logger,
): Promise<Map<string, corev1.Pod>> {
  const pods = new Map<string, corev1.Pod>();
  for (const name of (await readdir(directory)).sort()) {
    if (name.startsWith('.')) continue;
    try {
      const text = await readFile(path.join(directory, name), 'utf8');
      for (const document of parseAllDocuments(text)) {
        const manifest = document.toJS({ maxAliasCount: 100 }) as corev1.Pod | null;
        if (manifest?.kind !== 'Pod' || !manifest.spec?.containers?.length || !manifest.metadata?.name) continue;
        const pod = staticPod(manifest, text, nodeName, now);
        pods.set(pod.metadata!.uid!, pod);
      }
    } catch (error) {
      log.warn('Cannot read a static pod', { file: path.join(directory, name), err: String(error) });
    }
  }
  return pods;
}

const SETTLE_MS = 100;
/** REREAD_MS is the safety net: a watch of a directory may miss a change, on some file systems. */
const REREAD_MS = 20_000;

/** followManifests tells of the directory's static pods whenever they may have changed, until signal aborts. */
export async function followManifests(
  directory: string,
  nodeName: string,
  clock: Clock,
  log: Logger,
  tell: (pods: ReadonlyMap<string, corev1.Pod>) => void,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  let changed: () => void = () => undefined;
  const watcher = watch(directory, () => changed());
  watcher.on('error', error => log.warn('Watching static pods failed', { err: error.message }));
  signal.addEventListener('abort', () => watcher.close(), { once: true });
  while (!signal.aborted) {
    const next = new Promise<void>(resolve => (changed = resolve));
    tell(await readManifests(directory, nodeName, clock.now(), log));
    await Promise.race([next, clock.sleep(REREAD_MS, signal).catch(() => undefined)]);
    await clock.sleep(SETTLE_MS, signal).catch(() => undefined);
  }
}
