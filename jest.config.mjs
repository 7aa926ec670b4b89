// One Jest configuration for the repository; `npm run test:unit` and `npm run test:int` choose by file name.
import fs from 'node:fs';

const { compilerOptions } = JSON.parse(fs.readFileSync(new URL('./tsconfig.base.json', import.meta.url), 'utf8'));
const ours = Object.entries(compilerOptions.paths).map(([name, [file]]) => [`^${name}$`, `<rootDir>/${file}`]);

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tests', '<rootDir>/tools'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        module: { type: 'es6' },
        jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true } },
      },
    ],
  },
  moduleNameMapper: Object.fromEntries(ours),
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.navarch/'],
};
