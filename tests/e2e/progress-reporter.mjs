// progress-reporter.mjs: tells of each test as it ends, with what went wrong. For whoever watches a long run:
// `npm run test:e2e -- --reporters=default --reporters=./tests/e2e/progress-reporter.mjs`.
export default class ProgressReporter {
  onTestCaseResult(_test, { status, fullName, duration, failureMessages }) {
    if (status === 'pending') return;
    const mark = status === 'passed' ? '✓' : '✕';
    process.stderr.write(`${mark} ${fullName} (${((duration ?? 0) / 1000).toFixed(1)} s)\n`);
    for (const message of failureMessages)
      process.stderr.write(`    ${message.split('\n    at ')[0].slice(0, 1500).replaceAll('\n', '\n    ')}\n`);
  }
}
