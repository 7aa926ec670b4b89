// bundle.mjs: how TypeScript sources become one runnable file. Our own code is bundled, npm packages stay where npm put
// them: a process then opens one file of ours instead of hundreds.
import { build } from 'esbuild';
import { isAscii } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

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
