import fs from 'node:fs';
import { InvalidOptions, type ClusterConfig } from '../cluster/config';
import { readRecords } from '../cluster/records';
import { loadImages } from '../images/load';
import { buildAll, ensurePause, openLibrary, recipesNamed } from '../images/library';
import { isAlive } from '../process/proc';
import { complain, defineCommand, pathsOf, say, STATE_OPTION } from './command';

/** images is `navarch images`. */
export const images = defineCommand({
  name: 'images',
  usage: 'build [NAME…] | load [NAME…] | list',
  summary: 'images built from Debian packages, for machines that reach no registry',
  options: { state: STATE_OPTION },
  async run(options, [verb, ...names]) {
    switch (verb) {
      case 'build':
        return build(names);
      case 'load':
        return load(options, names);
      case 'list':
        for (const [reference, manifest] of openLibrary().images()) say(`${reference.padEnd(48)} ${manifest.digest}`);
        return 0;
      default:
        throw new InvalidOptions('navarch images build, load or list');
    }
  },
});

async function build(names: readonly string[]): Promise<number> {
  const store = openLibrary();
  const recipes = recipesNamed(names);
  await ensurePause(store);
  await buildAll(recipes, store, (recipe, ms) =>
    say(`${recipe.name.padEnd(14)} ${(ms / 1000).toFixed(1)} s   ${recipe.references.join(' ')}`),
  );
  return 0;
}

async function load(options: { readonly state?: string }, names: readonly string[]): Promise<number> {
  const paths = pathsOf(options);
  const records = readRecords(paths.records);
  const hosts = Object.entries(records?.hosts ?? {}).filter(([, init]) => isAlive(init));
  if (!hosts.length) {
    complain('no worker runs here: navarch up');
    return 3;
  }
  const config = JSON.parse(fs.readFileSync(paths.config, 'utf8')) as ClusterConfig;
  const library = openLibrary().images();
  const wanted = recipesNamed(names)
    .flatMap(recipe => recipe.references)
    .filter(reference => library.has(reference));
  for (const [name, init] of hosts) {
    const node = config.nodes.find(one => one.name === name);
    if (node) say(`${name}: ${await loadImages(config, { node, init }, wanted)} loaded`);
  }
  return 0;
}
