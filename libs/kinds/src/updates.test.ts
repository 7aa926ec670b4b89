import { describe, expect, test } from '@jest/globals';
import { typeSchema } from '@navarch/api';
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch, type KubeObject } from '@navarch/apimachinery';
import fs from 'node:fs';
import { create, findTarget, readAs, update } from './testing/create';
import { expand, mismatches } from './testing/expect';
import { oraclePath, skipLoudly } from './testing/oracle';

const EMULATED = 20;

interface Step {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  expect?: { code: number; body?: { details?: { causes?: unknown }; status?: unknown } };
}
interface Case {
  name: string;
  about: string;
  steps: Step[];
}

/** CASES are those whose updates the kinds decide about; others are about metadata, admission or storage. */
const CASES = [
  'validation/val-pod-update',
  'validation/val-ds-update',
  'validation/val-rs-update',
  'validation/val-sts-update',
  'validation/val-pvc-update',
  'validation/val-priorityclass-update',
  'validation/val-rolebinding-update',
  'crud/crud-immutable-configmap-secret',
  'subresources/sub-csr-approval',
  'subresources/sub-status-deployment',
  'patch/patch-smp-strategy',
  'crud/crud-service-ip-nodeport',
];

function patched(step: Step, schema: string, current: unknown): unknown {
  const type =
    Object.entries(step.headers ?? {}).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ??
    'application/json';
  const body = expand(step.body);
  if (step.method === 'PUT') return body;
  if (type.startsWith('application/json-patch')) return applyJsonPatch(current, body);
  return type.startsWith('application/strategic')
    ? applyStrategicMergePatch(typeSchema(schema), current as never, body)
    : applyMergePatch(current, body);
}

describe('updates as recorded from v1.20', () => {
  if (!oraclePath('cases')) return skipLoudly('recorded updates');
  test.each(CASES)('%s', name => {
    const { steps } = JSON.parse(fs.readFileSync(oraclePath(`cases/${name}.json`)!, 'utf8')) as Case;
    const objects = new Map<string, KubeObject>();
    let compared = 0;
    for (const step of steps) {
      const code = step.expect?.code;
      if (step.method === 'POST' && code === 201) {
        const target = findTarget(step.path, EMULATED);
        if (!target || target.kind.verbs?.length === 1) continue;
        const { object, errors } = create(target, expand(step.body), EMULATED);
        expect(errors).toEqual([]);
        const { namespace = '', name = '' } = object.metadata!;
        objects.set(`${target.kind.resource.resource}/${namespace}/${name}`, object);
      }
      if (step.method !== 'PUT' && step.method !== 'PATCH') continue;
      const [, base = step.path, subresource = ''] = /^(.*)\/(status|approval)$/.exec(step.path) ?? [];
      const target = findTarget(base, EMULATED)!;
      const key = `${target.kind.resource.resource}/${target.namespace}/${target.name}`;
      const old = objects.get(key);
      if (!old || (code !== 200 && code !== 422)) continue;
      const body = patched(step, target.version.schema, readAs(target.version, old, EMULATED));
      const { object, errors } = update(target, body, old, EMULATED, subresource);
      const causes = step.expect?.body?.details?.causes ?? [];
      if (JSON.stringify(causes).includes('metadata.')) continue;
      compared++;
      const found = errors.map(({ reason, field, message }) => ({ reason, message, field }));
      expect(
        mismatches(code === 422 ? causes : [], found, `${step.method} ${step.path} ${JSON.stringify(step.body)}`),
      ).toEqual([]);
      if (code === 200) objects.set(key, object);
    }
    expect(compared).toBeGreaterThan(0);
  });
});
