#!/usr/bin/env node
// test.mjs: every check and every test of the repository, in the order in which failures tell most. Its last line is the
// sum over all test runs: 'N passed, N failed, N skipped'. Exits with 1 if anything failed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const results = fs.mkdtempSync(path.join(os.tmpdir(), 'navarch-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };

// A check counts as one test of its own.
for (const check of ['generate', 'format:check', 'lint', 'types']) count(run(check) ? { passed: 1 } : { failed: 1 });
run('build') || count({ failed: 1 });
for (const kind of ['unit', 'int', 'e2e']) count(tests(kind));

fs.rmSync(results, { recursive: true });
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed ? 1 : 0;

/** run runs an npm script and tells whether it succeeded. */
function run(script, ...args) {
  const start = Date.now();
  console.log(`\n== ${script}`);
  const { status } = spawnSync('npm', ['run', '--silent', script, ...(args.length ? ['--', ...args] : [])], {
    cwd: root,
    stdio: 'inherit',
  });
  console.log(`== ${script}: ${status === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return status === 0;
}

/** tests runs one kind of test and reads Jest's own counts; a run without counts is one failure. */
function tests(kind) {
  const file = path.join(results, `${kind}.json`);
  const ok = run(`test:${kind}`, '--passWithNoTests', '--json', `--outputFile=${file}`);
  if (!fs.existsSync(file)) return { failed: 1 };
  const report = JSON.parse(fs.readFileSync(file, 'utf8'));
  const brokenSuites = report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenSuites + (ok || report.numFailedTests || brokenSuites ? 0 : 1),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function count(one) {
  for (const key of Object.keys(total)) total[key] += one[key] ?? 0;
}
