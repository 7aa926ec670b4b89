// jest-esbuild.mjs: Jest's transformer. Tests run the same lowering of TypeScript as the bundles do.
import { createHash } from 'node:crypto';
import { transformSync, version } from 'esbuild';

const OPTIONS = {
  loader: 'ts',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  tsconfigRaw: { compilerOptions: { experimentalDecorators: true, verbatimModuleSyntax: true } },
};

export default {
  process: (source, sourcefile) => transformSync(source, { ...OPTIONS, sourcefile }),
  processAsync: (source, sourcefile) => Promise.resolve(transformSync(source, { ...OPTIONS, sourcefile })),
  getCacheKey: (source, file) =>
    createHash('sha256')
      .update(JSON.stringify([version, OPTIONS, file]))
      .update(source)
      .digest('hex'),
};
