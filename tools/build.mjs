#!/usr/bin/env node
// build.mjs [APP...]: bundles each app's src/main.ts into dist/apps/APP/main.js; all apps unless some are named.
import fs from 'node:fs';
import path from 'node:path';
import { bundle, root } from './bundle.mjs';

const named = process.argv.slice(2);
const all = fs
  .readdirSync(path.join(root, 'apps'))
  .filter(app => fs.existsSync(path.join(root, 'apps', app, 'src/main.ts')));
await Promise.all(
  (named.length ? named : all).map(app => bundle(`apps/${app}/src/main.ts`, `dist/apps/${app}/main.js`)),
);
