import fs from 'node:fs';
import path from 'node:path';
import { InvalidOptions } from '../cluster/config';
import type { ClusterPaths } from '../cluster/paths';
import { lastLines } from '../supervisor/log-file';
import { defineCommand, pathsOf, STATE_OPTION } from './command';

/** logs is `navarch logs`. */
export const logs = defineCommand({
  name: 'logs',
  usage: 'COMPONENT [-f] [--tail N]',
  summary: "a component's log",
  options: {
    follow: { type: 'boolean', short: 'f', help: 'go on with what is written from now on' },
    tail: { type: 'number', help: 'how many lines (default 100)' },
    state: STATE_OPTION,
  },
  async run(options, [component]) {
    const paths = pathsOf(options);
    const file = findLog(paths, component);
    process.stdout.write(lastLines(file, options.tail ?? 100));
    if (options.follow) await follow(file);
    return 0;
  },
});

/** findLog finds a component's log by its name, or by its last part where that is enough: 'kubelet', 'scheduler'. */
function findLog(paths: ClusterPaths, component: string | undefined): string {
  const known = logNames(paths.logs);
  const matches = known.filter(name => name === component);
  const found = matches.length
    ? matches
    : known.filter(name => name.endsWith(`/${component}`) || name === `kube-${component}`);
  if (found.length === 1) return paths.log(found[0]!);
  const complaint =
    component === undefined
      ? 'which component'
      : found.length
        ? `there are several ${component}`
        : `no log of ${component}`;
  throw new InvalidOptions(
    `${complaint}: ${(found.length ? found : known).join(', ') || 'the cluster has never been up'}`,
  );
}

/** logNames lists the components that have a log. */
function logNames(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter(file => file.endsWith('.log'))
    .map(file => file.slice(0, -'.log'.length))
    .sort();
}

/** follow writes what is appended, until the person interrupts. */
async function follow(file: string): Promise<void> {
  let position = fs.statSync(file).size;
  const buffer = Buffer.alloc(64 * 1024);
  const copy = () => {
    const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    // The log began anew.
    if (size < position) position = 0;
    const handle = fs.openSync(file, 'r');
    try {
      for (;;) {
        const read = fs.readSync(handle, buffer, 0, buffer.length, position);
        if (!read) break;
        position += read;
        fs.writeSync(1, buffer, 0, read);
      }
    } finally {
      fs.closeSync(handle);
    }
  };
  for await (const change of fs.promises.watch(path.dirname(file))) {
    if (change.filename === path.basename(file) && fs.existsSync(file)) copy();
  }
}
