import path from 'node:path';
import { InvalidOptions } from '../cluster/config';
import { cacheDir } from '../cluster/paths';
import { PAUSE_IMAGE } from '../host/containerd';
import { buildImage, buildPause } from './build';
import { ImageStore } from './image-store';
import { RECIPES, type Recipe } from './recipe';

/** openLibrary is the store of built images of this user. */
export function openLibrary(): ImageStore {
  return new ImageStore(path.join(cacheDir(), 'images'));
}

/** ensurePause builds the pause image unless it is there. */
export async function ensurePause(store: ImageStore): Promise<void> {
  if (!store.resolve(PAUSE_IMAGE)) await buildPause(store);
}

/** missingRecipes are those of which some name is not in the store. */
export function missingRecipes(store: ImageStore): Recipe[] {
  const images = store.images();
  return RECIPES.filter(recipe => recipe.references.some(reference => !images.has(reference)));
}

/** recipesNamed finds recipes by their names; all of them when none is named. Throws InvalidOptions. */
export function recipesNamed(names: readonly string[]): readonly Recipe[] {
  const unknown = names.find(name => !RECIPES.some(recipe => recipe.name === name));
  if (unknown !== undefined)
    throw new InvalidOptions(`no recipe for ${unknown}; there are ${RECIPES.map(recipe => recipe.name).join(', ')}`);
  return names.length ? RECIPES.filter(recipe => names.includes(recipe.name)) : RECIPES;
}

/** buildAll builds the recipes one after the other and tells of each. */
export async function buildAll(
  recipes: readonly Recipe[],
  store: ImageStore,
  tell: (recipe: Recipe, ms: number) => void,
): Promise<void> {
  for (const recipe of recipes) {
    const begun = Date.now();
    await buildImage(recipe, store, cacheDir());
    tell(recipe, Date.now() - begun);
  }
}
