#!/usr/bin/env node
// build.mjs APP...: bundles each app's src/main.ts into dist/apps/APP/main.js. Our own code is bundled, npm packages stay
// where npm put them: a process then opens one file of ours instead of hundreds.
import { build } from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const named = process.argv.slice(2);
const apps = named.length ? named : fs.readdirSync(path.join(root, 'apps')).filter(app => fs.existsSync(path.join(root, 'apps', app, 'src/main.ts')));

await Promise.all(
  apps.map(app =>
    build({
      absWorkingDir: root,
      entryPoints: [`apps/${app}/src/main.ts`],
      outfile: `dist/apps/${app}/main.js`,
      bundle: true,
      packages: 'external',
      alias: aliases(),
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'linked',
      loader: { '.proto': 'text' },
      tsconfig: 'tsconfig.base.json',
      logLevel: 'warning',
    }),
  ),
);

/** aliases maps each @navarch/* import to its sources, so that `packages: external` leaves only npm's packages outside. */
function aliases() {
  const { compilerOptions } = JSON.parse(fs.readFileSync(path.join(root, 'tsconfig.base.json'), 'utf8'));
  return Object.fromEntries(Object.entries(compilerOptions.paths).map(([name, [file]]) => [name, path.join(root, file)]));
}
