import path from 'node:path';

/**
 * installDir is the repository (or whatever folder `dist/` and `deploy/` lie in). The entry script names it in NAVARCH_ROOT;
 * else it follows from where this program lies: dist/apps/navarch/main.js.
 */
export function installDir(): string {
  return process.env['NAVARCH_ROOT'] ?? path.resolve(path.dirname(process.argv[1] ?? '.'), '../../..');
}

/** deployFile is a file below deploy/. */
export function deployFile(name: string): string {
  return path.join(installDir(), 'deploy', name);
}

/** appMain is a component's program. */
export function appMain(app: string): string {
  return path.join(installDir(), 'dist', 'apps', app, 'main.js');
}
