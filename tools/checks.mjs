// checks.mjs: runs npm scripts in lanes side by side (two, for two cores) and prints what each said when it is done.
import { spawn } from 'node:child_process';
import { root } from './bundle.mjs';

/** LANES are the quick checks: the unit tests take about as long as everything else together. */
export const LANES = [['lint', 'format:check', 'types'], ['test:unit']];

/** runLanes runs every script of every lane and answers which succeeded; `after` may add arguments to a script. */
export async function runLanes(lanes, argumentsOf = () => []) {
  const results = new Map();
  await Promise.all(
    lanes.map(async lane => {
      for (const script of lane) results.set(script, await run(script, argumentsOf(script)));
    }),
  );
  return results;
}

/** run runs one npm script and tells whether it succeeded; what it says comes at its end, in one piece. */
export function run(script, args = [], { live = false } = {}) {
  const start = Date.now();
  if (live) console.log(`\n== ${script}`);
  return new Promise(resolve => {
    const child = spawn('npm', ['run', '--silent', script, ...(args.length ? ['--', ...args] : [])], {
      cwd: root,
      stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
    });
    const said = [];
    child.stdout?.on('data', chunk => said.push(chunk));
    child.stderr?.on('data', chunk => said.push(chunk));
    child.on('close', code => {
      if (!live) process.stdout.write(`\n== ${script}\n${Buffer.concat(said)}`);
      console.log(`== ${script}: ${code === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - start) / 1000).toFixed(1)} s`);
      resolve(code === 0);
    });
  });
}
