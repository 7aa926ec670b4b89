// What the steps of a create cost that need neither network nor etcd, from the body to the stored bytes: `npm run bench -- create-steps`.
// Each figure is the time that the quickest tenth of many batches stays below: what else runs on the machine counts little.
import { completeForOutput, decodeTyped, emptyObject, typeSchema } from '@navarch/api';
import { decodeJson, managedFieldsForUpdate, validateNamelessMeta, type AnyObject } from '@navarch/apimachinery';
import { DEFAULT_RELEASE, allKinds, type KindDefinition, type StrategyContext } from '@navarch/kinds';
import { encodeStored } from '@navarch/storage';
import { podBody } from './apiserver/pods';

const WARM_UP = 10_000;
const BATCHES = 200;
const BATCH = 100;
const BODIES = Array.from({ length: 200 }, (_, i) => podBody(i));

const kind = allKinds(DEFAULT_RELEASE).find(one => one.resource.kind === 'Pod') as KindDefinition;
const version = kind.versions[0]!;
const schema = typeSchema(version.schema, DEFAULT_RELEASE);
const context: StrategyContext = {
  emulated: DEFAULT_RELEASE,
  user: { name: 'bench', groups: [] },
  apiVersion: 'v1',
  now: Date.now(),
  dryRun: false,
};

/** Step takes part in a create; what it answers goes to the next. */
type Step = (input: never) => unknown;

const STEPS: readonly (readonly [string, Step])[] = [
  ['parse the JSON', (body: Buffer) => decodeJson(body, { findDuplicates: true }).value],
  ['decode into the type', (value: unknown) => typed(value)],
  ['default', (pod: AnyObject) => void kind.defaults?.(pod, DEFAULT_RELEASE)],
  ['find the owners', (pod: AnyObject) => void (pod.metadata!.managedFields = ownersOf(pod))],
  ['prepare', (pod: AnyObject) => void kind.strategy.prepareForCreate?.(pod, context)],
  ['validate metadata', (pod: AnyObject) => void refuse(validateNamelessMeta(pod.metadata!, true))],
  ['validate', (pod: AnyObject) => void refuse(kind.strategy.validate?.(pod, context) ?? [])],
  ['bring into stored form', (pod: AnyObject) => completeForOutput(version.schema, pod, DEFAULT_RELEASE)],
  ['encode', (pod: AnyObject) => encodeStored(pod)],
];

function typed(value: unknown): AnyObject {
  const { object } = decodeTyped(version.schema, value, { emulated: DEFAULT_RELEASE });
  return Object.assign(object, { kind: 'Pod', apiVersion: 'v1' }) as AnyObject;
}

function ownersOf(updated: AnyObject) {
  const live = emptyObject(version.schema, DEFAULT_RELEASE) as AnyObject;
  const how = { schema, apiVersion: 'v1', emulated: DEFAULT_RELEASE, manager: 'bench', now: context.now };
  return managedFieldsForUpdate({ ...how, live, updated: { ...updated } })!;
}

function refuse(findings: readonly unknown[]): void {
  if (findings.length) throw new Error(`the pod is refused: ${JSON.stringify(findings)}`);
}

/** batch adds the nanoseconds that each step takes for so many pods. */
function batch(size: number): number[] {
  const spent = STEPS.map(() => 0);
  for (let i = 0; i < size; i++) {
    let at: unknown = BODIES[i % BODIES.length];
    STEPS.forEach(([, step], n) => {
      const began = process.hrtime.bigint();
      const answer = step(at as never);
      spent[n]! += Number(process.hrtime.bigint() - began);
      if (answer !== undefined) at = answer;
    });
  }
  return spent;
}

batch(WARM_UP);
const batches = Array.from({ length: BATCHES }, () => batch(BATCH));
const figures = STEPS.map((_, n) => {
  const sorted = batches.map(spent => spent[n]! / BATCH / 1000).sort((a, b) => a - b);
  return sorted[BATCHES / 10]!;
});
console.table(STEPS.map(([step], n) => ({ step, 'µs a pod': Number(figures[n]!.toFixed(2)) })));
console.log(`all of them: ${figures.reduce((sum, one) => sum + one).toFixed(1)} µs`);
