import { describe, type Logger } from '@navarch/base';
import type { ClusterConfig } from '../cluster/config';
import type { WorkerHost } from '../host/host';
import { PAUSE_IMAGE } from '../host/containerd';
import { buildAll, missingRecipes, openLibrary } from './library';
import { loadImages } from './load';

/** PrepareOptions: tell hears, in one line each, what a person should know. */
export interface PrepareOptions {
  readonly config: ClusterConfig;
  readonly hosts: readonly WorkerHost[];
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * prepareImages sees to it, behind a cluster that is up, that its workers can start the usual images. Where the public registry
 * can be reached nothing is needed: images are pulled as everywhere. Elsewhere stand-ins are built from Debian packages, once
 * for this machine, and fetched by every worker. A failure is logged; the cluster works without.
 */
export async function prepareImages({ config, hosts, log, signal }: PrepareOptions): Promise<void> {
  try {
    const store = openLibrary();
    const missing = missingRecipes(store);
    if (missing.length && !(await registryReachable())) {
      log.info('no registry can be reached: building stand-ins from Debian packages', {
        images: missing.map(recipe => recipe.name),
      });
      await buildAll(missing, store, recipe => log.info('image built', { image: recipe.name }));
    }
    const references = [...store.images().keys()].filter(reference => reference !== PAUSE_IMAGE);
    await Promise.all(hosts.map(host => loadImages(config, host, references, signal)));
    log.info('images are loaded', { images: references.length, workers: hosts.length });
  } catch (error) {
    if (!signal.aborted) log.warn('images are not prepared', { err: describe(error) });
  }
}

/** registryReachable asks Docker Hub for a sign of life; any answer is one. */
async function registryReachable(): Promise<boolean> {
  return fetch('https://registry-1.docker.io/v2/', { signal: AbortSignal.timeout(3_000) }).then(
    () => true,
    () => false,
  );
}
