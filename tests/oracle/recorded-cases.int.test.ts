// The recorded cases of a real v1.20 API server, replayed by the recordings' own program against a cluster of our own, by every
// road: over HTTPS, over the bus, and at today's release, where the answers may differ as docs/version-differences.md lists them.
// The roads run side by side, each on servers of its own: most of a replay is waiting for timeouts that the recordings ask for.
// NAVARCH_ORACLE_ROADS=https-1.20 takes some of them only, NAVARCH_ORACLE_CATEGORIES=patch,list some of the cases.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { findProgram } from '@navarch/testing';
import { buildComponents, type Road } from './recorded-cluster';
import { describeFailures, loadRecordings, recordingsFolder, type Recordings } from './recordings';
import { RoadReplay } from './road-replay';
import { versionDifferences } from './version-differences';

jest.setTimeout(900_000);

const ROADS: Readonly<Record<string, Road>> = {
  'https-1.20': { release: '1.20', transport: 'https' },
  'nats-1.20': { release: '1.20', transport: 'nats' },
  'https-1.33': { release: '1.33', transport: 'https' },
};

const folder = recordingsFolder();
const missing = ['etcd', 'nats-server'].filter(program => !findProgram(program));
if (!folder) skip('the recorded answers are not here; set NAVARCH_ORACLE to check against them');
else if (missing.length) skip(`${missing.join(', ')} not installed`);
else replayByEveryRoad(await loadRecordings(folder, process.env['NAVARCH_ORACLE_CATEGORIES']));

function skip(why: string): void {
  process.stderr.write(`SKIPPED: recorded cases: ${why}\n`);
  test.skip(`SKIPPED: ${why}`, () => undefined);
}

function replayByEveryRoad(recordings: Recordings): void {
  const wanted = process.env['NAVARCH_ORACLE_ROADS']?.split(',') ?? Object.keys(ROADS);
  const replays = wanted.map(name => {
    const differing = name === 'https-1.33' ? versionDifferences() : new Set<string>();
    return { name, differing, replay: new RoadReplay(ROADS[name]!, recordings, differing) };
  });
  beforeAll(() => {
    buildComponents();
    for (const { replay } of replays) replay.start();
  });
  afterAll(() => Promise.all(replays.map(({ replay }) => replay.stop())));

  describe.each(replays)('$name', ({ differing, replay }) => {
    test.each(recordings.cases.map(one => `${one.category}/${one.name}`))('%s', async id => {
      const failures = await replay.result(id);
      if (!differing.has(id)) expect(describeFailures(failures)).toBe('');
      else expect(failures.length ? 'differs' : 'is as recorded; take it off the list').toBe('differs');
    });
  });
}
