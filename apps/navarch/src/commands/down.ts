import { describe } from '@navarch/base';
import fs from 'node:fs';
import { readRecords, supervisorAlive } from '../cluster/records';
import { teardown } from '../cluster/teardown';
import { gone } from '../process/proc';
import { ControlClient } from '../supervisor/control-client';
import { complain, defineCommand, pathsOf, say, STATE_OPTION } from './command';

/** down is `navarch down`: everything that runs ends, everything that was set up outside the state folder goes. */
export const down = defineCommand({
  name: 'down',
  usage: '[--purge]',
  summary: 'stop the cluster and leave nothing of it running; its data stays unless --purge',
  options: {
    purge: { type: 'boolean', help: 'remove the data, the certificates and the logs, too' },
    state: STATE_OPTION,
  },
  async run(options) {
    const paths = pathsOf(options);
    const records = readRecords(paths.records);
    if (supervisorAlive(records)) {
      await new ControlClient(paths.socket)
        .stopAll()
        .catch((error: unknown) => complain(`the supervisor did not stop in order: ${describe(error)}`));
      if (records?.supervisor) await gone(records.supervisor, 2_000);
    }
    // Read again: the supervisor may have started something since.
    const last = readRecords(paths.records);
    const left = last ? await teardown(last) : [];
    for (const what of left) complain(`still there: ${what}`);
    if (left.length) return 1;
    for (const file of [paths.records, paths.socket]) fs.rmSync(file, { force: true });
    if (options.purge) fs.rmSync(paths.state, { recursive: true, force: true });
    say(
      last
        ? `The cluster is down${options.purge ? ' and its data is gone' : ''}.`
        : `No cluster is up here${options.purge ? '; its data is gone' : ''}.`,
    );
    return 0;
  },
});
