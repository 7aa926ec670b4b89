import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { InvalidOptions } from '../cluster/config';
import { installDir } from '../cluster/install-dir';
import { defineCommand, say } from './command';

/** SUITES are the kinds of tests, by the ending of their file names. They run in this order: the quick ones first. */
const SUITES: Readonly<Record<string, readonly string[]>> = {
  unit: ['--testPathIgnorePatterns', '\\.(int|e2e)\\.test\\.ts$', '/node_modules/', '/dist/'],
  int: ['--testPathPatterns', '\\.int\\.test\\.ts$'],
  e2e: ['--testPathPatterns', '\\.e2e\\.test\\.ts$', '--runInBand'],
};

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** test is `navarch test`. */
export const test = defineCommand({
  name: 'test',
  usage: '[unit|int|e2e …]',
  summary: 'run the tests, all of them unless named, and close with what passed, failed and was skipped',
  options: {},
  async run(_, positional) {
    const unknown = positional.find(name => !Object.hasOwn(SUITES, name));
    if (unknown !== undefined) throw new InvalidOptions(`no tests ${JSON.stringify(unknown)}; there are ${Object.keys(SUITES).join(', ')}`);
    const total: Counts = { passed: 0, failed: 0, skipped: 0 };
    for (const [name, args] of Object.entries(SUITES)) {
      if (positional.length && !positional.includes(name)) continue;
      const counts = await runSuite(args);
      for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += counts[key];
    }
    say(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
    return total.failed ? 1 : 0;
  },
});

async function runSuite(args: readonly string[]): Promise<Counts> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'navarch-test-'));
  const report = path.join(folder, 'report.json');
  const jest = path.join(installDir(), 'node_modules/jest/bin/jest.js');
  try {
    const child = spawn(process.execPath, ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, '--json', '--outputFile', report, ...args], {
      cwd: installDir(),
      stdio: ['inherit', 'ignore', 'inherit'],
    });
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', ended => resolve(ended ?? 1));
    });
    return countsOf(report, code);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** countsOf reads jest's report. A suite that could not run at all counts as a failure, and so does a jest that left no report. */
export function countsOf(report: string, exitCode: number): Counts {
  if (!fs.existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const all = JSON.parse(fs.readFileSync(report, 'utf8')) as Record<string, number>;
  const failed = (all['numFailedTests'] ?? 0) + (all['numRuntimeErrorTestSuites'] ?? 0);
  return {
    passed: all['numPassedTests'] ?? 0,
    failed: failed || (exitCode ? 1 : 0),
    skipped: (all['numPendingTests'] ?? 0) + (all['numTodoTests'] ?? 0),
  };
}
