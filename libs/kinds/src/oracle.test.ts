import { describe, expect, test } from '@jest/globals';
import fs from 'node:fs';
import path from 'node:path';
import { create, findTarget, isDecodeError, readAs, type CreateResult } from './testing/create';
import { expand, mismatches } from './testing/expect';
import { oraclePath, skipLoudly } from './testing/oracle';

const EMULATED = 20;

interface Step {
  setup?: boolean;
  cleanup?: boolean;
  method: string;
  path: string;
  as?: string;
  query?: unknown;
  body?: unknown;
  expect?: { code: number; body?: Record<string, unknown> & { details?: { causes?: unknown } } };
}
interface Case {
  name: string;
  about: string;
  steps: Step[];
}

/** What admission plugins and allocators add to objects; it does not come from the kinds. */
const ADDED_LATER: readonly RegExp[] = [
  /^metadata\.(uid|resourceVersion|creationTimestamp|managedFields|selfLink|finalizers)/,
  /^spec\.(serviceAccountName|serviceAccount|tolerations|priority|preemptionPolicy|clusterIPs?|ingressClassName|storageClassName)(\W|$)/,
  /^spec\.ports\[\d+\]\.nodePort/,
  /^spec\.healthCheckNodePort/,
  /^spec\.(username|groups|uid|extra)/,
  /^status\.conditions/,
];

/** Findings of allocators and admission plugins. */
const FOUND_LATER: readonly RegExp[] = [/not in the valid range/, /already allocated/];

/** Findings that admission plugins prevent by what they fill in. */
const PREVENTED: readonly RegExp[] = [/serviceAccountName is not set/];

/** Steps that differ, each with the reason. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  [
    'val-managedfields #1',
    'managed fields given by clients are dropped before validation, which is the API server’s part',
  ],
]);

function cases(folder: string): Case[] {
  const files = fs.readdirSync(folder).filter(f => f.endsWith('.json'));
  return files.map(f => JSON.parse(fs.readFileSync(path.join(folder, f), 'utf8')) as Case);
}

function creates(all: readonly Case[]): [string, Case, number][] {
  return all.flatMap(c =>
    c.steps.flatMap((step, i): [string, Case, number][] => {
      const relevant =
        step.method === 'POST' &&
        !step.setup &&
        !step.cleanup &&
        !step.as &&
        step.body !== undefined &&
        step.expect !== undefined;
      return relevant && findTarget(step.path, EMULATED) ? [[`${c.name} #${i}: ${c.about}`, c, i]] : [];
    }),
  );
}

describe('defaults as recorded from v1.20', () => {
  const folder = oraclePath('cases/defaulting');
  if (!folder) return skipLoudly('recorded defaults');
  test.each(creates(cases(folder)))('%s', (_title, { steps }, i) => {
    const { path: where, body, expect: expected } = steps[i]!;
    const target = findTarget(where, EMULATED)!;
    if (expected!.code !== 201) return expect([200, 400, 403, 409, 422]).toContain(expected!.code);
    const { object, errors } = create(target, expand(body), EMULATED);
    expect(errors.filter(({ message }) => !PREVENTED.some(r => r.test(message)))).toEqual([]);
    const found = mismatches(expected!.body, readAs(target.version, object, EMULATED));
    const later = steps.slice(i + 1).flatMap(step => {
      const read = step.method === 'GET' && step.expect?.code === 200 ? findTarget(step.path, EMULATED) : undefined;
      if (read?.kind !== target.kind || read.name !== object.metadata?.name) return [];
      if (steps.slice(i + 1, steps.indexOf(step)).some(s => s.method !== 'GET' && !s.setup)) return [];
      return mismatches(step.expect!.body, readAs(read.version, object, EMULATED)).map(m => m && `${m}`);
    });
    expect([...found, ...later].filter(m => !ADDED_LATER.some(r => r.test(m)))).toEqual([]);
  });
});

describe('findings as recorded from v1.20', () => {
  const folder = oraclePath('cases/validation');
  if (!folder) return skipLoudly('recorded findings');
  const all = creates(cases(folder));
  const isKnown = (title: string) => [...KNOWN.keys()].some(known => title.startsWith(`${known}:`));
  for (const [step, reason] of KNOWN) test.skip(`${step}: ${reason}`, () => undefined);
  test.each(all.filter(([title]) => !isKnown(title)))('%s', (_title, { steps }, i) => {
    const { path: where, body, expect: expected } = steps[i]!;
    let result: CreateResult;
    try {
      result = create(findTarget(where, EMULATED)!, expand(body), EMULATED);
    } catch (error) {
      expect(isDecodeError(error)).toBe(true);
      return expect(expected!.code).toBe(400);
    }
    const causes = expected!.body?.details?.causes;
    // Admission comes before validation: what it refuses (403, 409) has not been validated.
    if (expected!.code === 403 || expected!.code === 409) return expect(causes).toBeUndefined();
    if (expected!.code !== 422 || FOUND_LATER.some(r => r.test(JSON.stringify(causes))))
      return expect(result.errors).toEqual([]);
    const { errors } = result;
    expect(
      mismatches(
        causes,
        errors.map(({ reason, field, message }) => ({ reason, message, field })),
      ),
    ).toEqual([]);
  });
});
