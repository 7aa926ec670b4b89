#!/usr/bin/env node
// verify.mjs: format, lint (with the layer rules), types and unit tests. Exits with 1 if any of them failed.
import { LANES, run, runLanes } from './checks.mjs';

const generated = await run('generate');
const results = await runLanes(LANES);
process.exitCode = generated && [...results.values()].every(Boolean) ? 0 : 1;
