import { describe, expect, test } from '@jest/globals';
import { parseApiVersion } from '@navarch/apimachinery';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defNameOf } from '../schema';
import { decodeProtobuf, encodeProtobuf, unwrapUnknown, wrapUnknown } from './index';

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../..');
const spec = process.env.NAVARCH_SPEC ?? path.join(repository, '../shared/spec');
const folder = path.join(spec, 'roundtrip');
// Image review is a webhook's protocol, which this server does not speak.
const names = fs.existsSync(folder)
  ? fs
      .readdirSync(folder)
      .filter(f => f.endsWith('.pb') && !f.startsWith('imagepolicy.'))
      .map(f => f.slice(0, -3))
  : [];
if (!names.length)
  console.warn(
    `no round-trip data in ${folder}: set NAVARCH_SPEC to test the protobuf codec against the recorded objects`,
  );

(names.length ? describe : describe.skip)('protobuf and JSON of every recorded kind are one object', () => {
  test.each(names.length ? names : ['none'])('%s', name => {
    const json = JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Record<string, unknown>;
    const bytes = fs.readFileSync(path.join(folder, `${name}.pb`));
    const { apiVersion, kind, raw, contentType } = unwrapUnknown(bytes);
    const { group, version } = parseApiVersion(apiVersion)!;
    const defName = defNameOf(group, version, kind);
    expect({ apiVersion, kind, defName }).toEqual({
      apiVersion: json.apiVersion,
      kind: json.kind,
      defName: expect.any(String),
    });
    if (!defName) throw new Error('no definition');

    expect({ kind, apiVersion, ...decodeProtobuf(defName, raw) }).toEqual(json);
    const { apiVersion: _, kind: __, ...body } = json;
    const written = encodeProtobuf(defName, body);
    expect({ kind, apiVersion, ...decodeProtobuf(defName, written) }).toEqual(json);
    expect(wrapUnknown({ apiVersion, kind }, raw, contentType).equals(bytes)).toBe(true);
    expect(written.equals(raw)).toBe(true);
  });
});
