#!/usr/bin/env node
// test.mjs: every check and every test of the repository, in the order in which failures tell most. Its last line is the
// sum over all test runs: 'N passed, N failed, N skipped'. Exits with 1 if anything failed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LANES, run, runLanes } from './checks.mjs';

const results = fs.mkdtempSync(path.join(os.tmpdir(), 'navarch-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const file = kind => path.join(results, `${kind}.json`);
const jestArguments = kind => ['--passWithNoTests', '--json', `--outputFile=${file(kind)}`];

check(await run('generate'));
const checks = await runLanes(LANES, script => (script === 'test:unit' ? jestArguments('unit') : []));
for (const [script, ok] of checks) script === 'test:unit' ? tests('unit', ok) : check(ok);
check(await run('build'));
for (const kind of ['int', 'e2e']) tests(kind, await run(`test:${kind}`, jestArguments(kind), { live: true }));

fs.rmSync(results, { recursive: true });
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;

/** check counts a check as one test of its own. */
function check(ok) {
  count(ok ? { passed: 1 } : { failed: 1 });
}

/** tests adds Jest's own counts of one kind of test; a run without counts is one failure. */
function tests(kind, ok) {
  if (!fs.existsSync(file(kind))) return count({ failed: 1 });
  const report = JSON.parse(fs.readFileSync(file(kind), 'utf8'));
  const broken = report.numRuntimeErrorTestSuites;
  const failed = report.numFailedTests + broken;
  count({
    passed: report.numPassedTests,
    failed: failed || ok ? failed : 1,
    skipped: report.numPendingTests + report.numTodoTests,
  });
}

function count(one) {
  for (const key of Object.keys(total)) total[key] += one[key] ?? 0;
}
