#!/usr/bin/env node
// compare.mjs ARGS: bundles tests/compare and runs it.
import { spawnSync } from 'node:child_process';
import { bundle, root } from './bundle.mjs';

await bundle('tests/compare/main.ts', 'dist/compare/main.js');
const { status } = spawnSync(process.execPath, ['dist/compare/main.js', ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: root,
});
process.exit(status ?? 1);
