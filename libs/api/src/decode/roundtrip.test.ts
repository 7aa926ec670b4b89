import { describe, expect, test } from '@jest/globals';
import { parseApiVersion } from '@navarch/apimachinery';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defNameOf, loadSchema } from '../schema';
import { decodeTyped } from './index';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../..');
const folder = path.join(process.env.NAVARCH_SPEC ?? path.join(repository, '../shared/spec'), 'roundtrip');
const names = fs.existsSync(folder)
  ? fs.readdirSync(folder).filter(f => f.endsWith('.json') && !f.startsWith('imagepolicy.'))
  : [];
if (!names.length)
  console.warn(`no round-trip data in ${folder}: set NAVARCH_SPEC to test decoding against the recorded objects`);

/** younger are the names of the fields that came after v1.33: only they may be unknown. */
const younger = new Set(
  Object.values(loadSchema()).flatMap(fields => fields.filter(f => f.unreleased).map(f => f.name)),
);

/** without removes a path such as `spec.containers[0].foo` from a copy. */
function without(object: unknown, paths: readonly string[]): unknown {
  const copy = structuredClone(object) as Record<string, unknown>;
  for (const text of paths) {
    const steps = text.split(/[.[\]]+/).filter(Boolean);
    let at = copy;
    for (const step of steps.slice(0, -1)) at = at[step] as Record<string, unknown>;
    delete at[steps.at(-1)!];
  }
  return copy;
}

(names.length ? describe : describe.skip)('every recorded object is typed already', () => {
  test.each(names.length ? names : ['none'])('%s', name => {
    const json = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as Record<string, string>;
    const { group, version } = parseApiVersion(json.apiVersion!)!;
    const { object, unknown } = decodeTyped(defNameOf(group, version, json.kind!)!, json);
    expect(object).toEqual(without(json, unknown));
    const leaves = unknown.map(text => text.split('.').at(-1)!);
    expect(leaves.filter(leaf => !younger.has(leaf))).toEqual([]);
    expect(JSON.stringify(decodeTyped(defNameOf(group, version, json.kind!)!, object).object)).toBe(
      JSON.stringify(object),
    );
  });
});
