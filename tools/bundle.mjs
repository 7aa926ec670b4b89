// bundle.mjs: how TypeScript sources become one runnable file. Our own code is bundled, npm packages stay where npm put
// them: a process then opens one file of ours instead of hundreds.
import { build } from 'esbuild';
import { isAscii } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const built = provenance();

/** bundle builds one entry point (relative to the root) into outfile. It throws for one that V8 would keep at twice its size. */
export async function bundle(entry, outfile) {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    packages: 'external',
    alias: aliases(),
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    loader: { '.proto': 'text' },
    define: { 'process.env.NAVARCH_BUILD': JSON.stringify(JSON.stringify(built)) },
    tsconfig: 'tsconfig.base.json',
    logLevel: 'warning',
  });
  // esbuild escapes what is not ASCII in strings, but not in regular expressions.
  if (!isAscii(fs.readFileSync(path.resolve(root, outfile))))
    throw new Error(
      `${outfile} is not ASCII: regular expressions need \\uXXXX, and comments inside of functions plain signs`,
    );
}

/** aliases maps each @navarch/* import to its sources, so that `packages: external` leaves only npm's packages outside. */
function aliases() {
  const { compilerOptions } = JSON.parse(fs.readFileSync(path.join(root, 'tsconfig.base.json'), 'utf8'));
  return Object.fromEntries(
    Object.entries(compilerOptions.paths).map(([name, [file]]) => [name, path.join(root, file)]),
  );
}

/** provenance says what is built, as /version tells it: the commit, its date, whether the tree has changes; {} outside of a checkout. */
function provenance() {
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    // A folder inside of somebody else's checkout.
    if (git('rev-parse', '--show-prefix')) return {};
    const [gitCommit, seconds] = git('log', '-1', '--format=%H %ct').split(' ');
    const gitTreeState = git('status', '--porcelain', '--untracked-files=no') ? 'dirty' : 'clean';
    return { gitCommit, gitTreeState, buildDate: new Date(seconds * 1000).toISOString().replace('.000Z', 'Z') };
  } catch {
    return {};
  }
}
