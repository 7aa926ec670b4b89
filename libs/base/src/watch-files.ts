import { watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import type { Stoppable } from './dispose';

const SETTLE_MS = 50;

/**
 * watchFiles calls `changed` after something happened where the files lie: they were written, replaced by a rename, or a link on
 * the way to them was switched, as mounted Secrets do. It may also have been another file of the same folder: compare what
 * was read. Changes that come close together are told once. Throws if a folder is not there.
 */
export function watchFiles(files: readonly string[], changed: () => void): Stoppable {
  let timer: NodeJS.Timeout | undefined;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      changed();
    }, SETTLE_MS).unref();
  };
  const watchers: FSWatcher[] = [...new Set(files.map(file => dirname(file)))].map(folder =>
    watch(folder, { persistent: false }, soon).on('error', soon),
  );
  return {
    stop() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      return Promise.resolve();
    },
  };
}
