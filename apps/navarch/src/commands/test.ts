import { spawn } from 'node:child_process';
import path from 'node:path';
import { installDir } from '../cluster/install-dir';
import { defineCommand } from './command';

/** test is `navarch test`: the repository's own checks and tests, end-to-end ones included. */
export const test = defineCommand({
  name: 'test',
  usage: '',
  summary: 'run every check and test; closes with how many passed, failed and were skipped',
  options: {},
  async run() {
    const child = spawn(process.execPath, [path.join(installDir(), 'tools/test.mjs')], {
      stdio: 'inherit',
      cwd: installDir(),
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', code => resolve(code ?? 1));
    });
  },
});
