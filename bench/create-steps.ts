// What the steps of a create cost that need neither network nor etcd, from the body to the stored bytes: `npm run bench -- create-steps`.
// Times are what the quickest tenth of many batches stays below, memory is what the heap grows by: what else runs on the machine counts little.
import { completeForOutput, decodeTyped, emptyObject, typeSchema } from '@navarch/api';
import { decodeJson, managedFieldsForUpdate, validateNamelessMeta, type AnyObject } from '@navarch/apimachinery';
import { DEFAULT_RELEASE, allKinds, type KindDefinition, type StrategyContext } from '@navarch/kinds';
import { encodeStored } from '@navarch/storage';
import { getHeapStatistics } from 'node:v8';
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
  ['warn', (pod: AnyObject) => void refuse(kind.strategy.warnings?.(pod, undefined, context) ?? [])],
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

/** heapOf is the bytes that each step takes from the heap for one pod; what a collection in between gives back would spoil it, so that a median is taken. */
function heapOf(rounds: number): number[] {
  const taken = STEPS.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    let at: unknown[] = BODIES.slice(0, BATCH);
    STEPS.forEach(([, step], n) => {
      const before = getHeapStatistics().used_heap_size;
      const answers = at.map(one => step(one as never) ?? one);
      taken[n]!.push((getHeapStatistics().used_heap_size - before) / BATCH);
      at = answers;
    });
  }
  return taken.map(all => all.sort((a, b) => a - b)[Math.floor(rounds / 2)]!);
}

const quickest = (spent: readonly number[]) => spent.toSorted((a, b) => a - b)[BATCHES / 10]! / BATCH / 1000;
const rounded = (figure: number) => Number(figure.toFixed(2));

batch(WARM_UP);
const heap = heapOf(BATCHES);
const batches = Array.from({ length: BATCHES }, () => batch(BATCH));
const times = STEPS.map((_, n) => quickest(batches.map(spent => spent[n]!)));
console.table(
  STEPS.map(([step], n) => ({ step, 'µs a pod': rounded(times[n]!), 'KiB a pod': rounded(heap[n]! / 1024) })),
);
const sum = (figures: readonly number[]) => figures.reduce((all, one) => all + one).toFixed(1);
console.log(`all of them: ${sum(times)} µs, ${sum(heap.map(bytes => bytes / 1024))} KiB`);
