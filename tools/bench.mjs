#!/usr/bin/env node
// bench.mjs NAME [ARGS]: bundles bench/NAME.ts and runs it, with garbage collection at hand. Without a name: lists them.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bundle, root } from './bundle.mjs';

const [name, ...args] = process.argv.slice(2);
const known = fs
  .readdirSync(path.join(root, 'bench'))
  .flatMap(file => (file.endsWith('.ts') ? [file.slice(0, -3)] : []));
if (!known.includes(name)) {
  console.error(`usage: npm run bench -- NAME [ARGS]\nbenchmarks: ${known.join(', ')}`);
  process.exit(2);
}
await bundle(`bench/${name}.ts`, `dist/bench/${name}.js`);
const { status } = spawnSync(process.execPath, ['--expose-gc', `dist/bench/${name}.js`, ...args], {
  stdio: 'inherit',
  cwd: root,
});
process.exit(status ?? 1);
