import { describe, expect, test } from '@jest/globals';
import fs from 'node:fs';
import path from 'node:path';
import type { KubeObject } from '@navarch/apimachinery';
import { create, findTarget } from './testing/create';
import { mismatches } from './testing/expect';
import { oraclePath, skipLoudly } from './testing/oracle';

const EMULATED = 20;

interface Step {
  method: string;
  path: string;
  body?: Record<string, unknown>;
  query?: { labelSelector?: string };
  expect?: {
    body?: { kind?: string; columnDefinitions?: unknown; rows?: { cells: unknown[]; conditions?: unknown }[] };
  };
}
interface Case {
  name: string;
  about: string;
  steps: Step[];
}

/** made are the objects that a case has created up to a step, by resource, status patches included. */
function made(steps: readonly Step[], resource: string): KubeObject[] {
  const objects = new Map<string, KubeObject & { status?: object }>();
  for (const step of steps) {
    const [, base = step.path, patched] = /^(.*)\/([^/]+)\/status$/.exec(step.path) ?? [];
    const target = findTarget(base, EMULATED);
    if (target?.kind.resource.resource !== resource || !step.body) continue;
    if (step.method === 'POST') {
      const { object } = create(target, step.body, EMULATED);
      objects.set(object.metadata!.name!, object);
    }
    const existing = patched ? objects.get(patched) : undefined;
    if (existing && step.method === 'PATCH')
      existing.status = { ...existing.status, ...(step.body['status'] as object) };
  }
  return [...objects.values()];
}

/** Cells that controllers fill in. */
const FILLED_LATER: readonly RegExp[] = [/expected "False", got "\?"/];

describe('columns and cells as recorded from v1.20', () => {
  const folder = oraclePath('cases/tables');
  if (!folder) return skipLoudly('recorded tables');
  const cases = fs
    .readdirSync(folder)
    .filter(f => f.endsWith('.json'))
    .map(f => JSON.parse(fs.readFileSync(path.join(folder, f), 'utf8')) as Case);
  const tables = cases.flatMap(c =>
    c.steps.flatMap((step, i): [string, Case, number][] => {
      const isTable =
        step.method === 'GET' &&
        step.expect?.body?.kind === 'Table' &&
        Array.isArray(step.expect.body.columnDefinitions);
      const named = isTable ? findTarget(step.path, EMULATED) : undefined;
      return named?.kind.columns ? [[`${c.name} #${i}: ${c.about}`, c, i]] : [];
    }),
  );

  test.each(tables)('%s', (_title, { steps }, i) => {
    const { path: where, expect: expected, query } = steps[i]!;
    const { kind, name } = findTarget(where, EMULATED)!;
    const [label = '', value] = (query?.labelSelector ?? '').split('=');
    const objects = made(steps.slice(0, i), kind.resource.resource).filter(o =>
      name ? o.metadata!.name === name : !label || o.metadata!.labels?.[label] === value,
    );
    const columns = kind.columns!;
    const definitions = columns.columns.map(({ name, type, format = '', priority = 0 }) => ({
      name,
      type,
      format,
      priority,
      description: '',
    }));
    const shown = (expected!.body!.columnDefinitions as { description: string }[]).map(c => ({
      ...c,
      description: '',
    }));
    expect(mismatches(shown, definitions)).toEqual([]);
    const context = { now: Date.parse('2021-01-02T04:04:05Z'), emulated: EMULATED };
    const rows = objects.map(object => ({
      cells: columns.cells(object, context),
      conditions: columns.conditions?.(object),
    }));
    const wanted = expected!.body!.rows!.map(({ cells, conditions }) => ({ cells, conditions }));
    expect(
      rows
        .flatMap((row, n) => mismatches(wanted[n]?.cells, row.cells, `rows[${n}]`))
        .filter(m => !FILLED_LATER.some(r => r.test(m))),
    ).toEqual([]);
    expect(rows.map(row => row.conditions)).toEqual(wanted.map(row => row.conditions));
  });
});
