// One Jest configuration for the repository. NAVARCH_TESTS chooses by file name: `*.test.ts` are pure (unit),
// `*.int.test.ts` talk to real servers (int), `*.e2e.test.ts` drive a whole cluster with real clients (e2e).
import fs from 'node:fs';

const { compilerOptions } = JSON.parse(fs.readFileSync(new URL('./tsconfig.base.json', import.meta.url), 'utf8'));
const ours = Object.entries(compilerOptions.paths).map(([name, [file]]) => [`^${name}$`, `<rootDir>/${file}`]);

const KINDS = { unit: /^(?!.*\.(int|e2e)\.test\.ts$).*\.test\.ts$/, int: /\.int\.test\.ts$/, e2e: /\.e2e\.test\.ts$/ };

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tests', '<rootDir>/tools'],
  // A busy machine is slow: a test waits for events, and only what hangs runs into this.
  testTimeout: 30_000,
  testRegex: [(KINDS[process.env.NAVARCH_TESTS] ?? /\.test\.ts$/).source],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/tools/jest-esbuild.mjs' },
  moduleNameMapper: Object.fromEntries(ours),
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.navarch/'],
};
