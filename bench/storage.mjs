// storage.mjs [pods] [watchers]: bundles bench/storage.ts and runs it.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { bundle, root } from '../tools/bundle.mjs';

await bundle('bench/storage.ts', 'dist/bench/storage.js');
const program = path.join(root, 'dist/bench/storage.js');
process.exitCode =
  spawnSync(process.execPath, ['--expose-gc', program, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1;
