// The rules that hold the architecture: who may import whom (Nx tags), no cycles, no floating promises.
import nx from '@nx/eslint-plugin';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

const layer = (name, ...below) => ({
  sourceTag: `layer:${name}`,
  onlyDependOnLibsWithTags: below.map(l => `layer:${l}`),
});
const never = (scope, ...others) => ({
  sourceTag: `scope:${scope}`,
  notDependOnLibsWithTags: others.map(o => `scope:${o}`),
});
const MACHINERY = ['storage', 'bus', 'client', 'cri'];

/** Which npm packages are at home where: elsewhere they are reached through our own interface. */
const restricted = (paths, message) => ({ group: paths, message });
const HOMES = {
  etcd3: restricted(['etcd3'], 'etcd3 is reached through @navarch/storage'),
  nats: restricted(['@nats-io/*'], 'NATS is reached through @navarch/bus'),
  nest: restricted(['@nestjs/*'], 'NestJS stays in libs/nest-host'),
};
const homes = (...allowed) => [
  'error',
  { patterns: Object.entries(HOMES).flatMap(([name, rule]) => (allowed.includes(name) ? [] : [rule])) },
];

export default tseslint.config(
  { ignores: ['**/node_modules', '**/dist', '**/generated', '.navarch', '.nx', '**/*.mjs', '**/*.cjs', '**/*.js'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { project: 'tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx, 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.base.json' })] },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          enforceBuildableLibDependency: false,
          depConstraints: [
            layer('base', 'base'),
            layer('api', 'base', 'api'),
            layer('machinery', 'base', 'api', 'machinery', 'testing'),
            layer('framework', 'base', 'api', 'machinery', 'framework', 'testing'),
            layer('app', 'base', 'api', 'machinery', 'framework', 'testing'),
            layer('testing', 'base', 'api', 'machinery', 'framework', 'testing'),
            // The libraries of the machinery do not know each other, but for the client, which may ride on the bus.
            ...MACHINERY.map(one =>
              never(one, ...MACHINERY.filter(other => other !== one && !(one === 'client' && other === 'bus'))),
            ),
            // Only the apiserver's side of the house sees storage.
            ...[
              'controller-runtime',
              'scheduler-framework',
              'nest-host',
              'scheduler',
              'controller-manager',
              'kubelet',
              'kube-proxy',
              'dns',
            ].map(scope => never(scope, 'storage')),
          ],
        },
      ],
      'no-restricted-imports': homes(),
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'import-x/no-cycle': ['error', { maxDepth: 6, ignoreExternal: true }],
      'prefer-const': 'error',
      eqeqeq: ['error', 'smart'],
      'max-lines': ['error', { max: 600, skipBlankLines: false, skipComments: false }],
    },
  },
  { files: ['libs/storage/**', 'libs/testing/**'], rules: { 'no-restricted-imports': homes('etcd3') } },
  { files: ['libs/bus/**'], rules: { 'no-restricted-imports': homes('nats') } },
  { files: ['libs/nest-host/**'], rules: { 'no-restricted-imports': homes('nest') } },
  { files: ['**/*.test.ts', 'tests/**'], rules: { 'max-lines': 'off' } },
);
