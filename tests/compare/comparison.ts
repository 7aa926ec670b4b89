import { isRecord } from '@navarch/apimachinery';
import { describe, mutations, type Mutation } from './mutations';
import { questionOf, type Mode } from './modes';
import { differences, normalForm, type Difference } from './normal-form';
import { pathOf, type Kind, type KubeObject } from './objects';
import type { Answer, Question, Server } from './server';

/** Finding is a kind of difference: one example, and how many questions showed the same. */
export interface Finding {
  readonly what: string;
  readonly question: Question;
  readonly differences: readonly Difference[];
  times: number;
}

/** Outcome is what came of all questions of a mode about a kind. */
export interface Outcome {
  readonly asked: number;
  readonly findings: readonly Finding[];
}

const UNDER_WAY = 8;

/** Comparison puts the same questions to a reference and to the server that is tested. */
export class Comparison {
  private serial = 0;

  constructor(
    private readonly reference: Server,
    private readonly ours: Server,
    private readonly namespace: string,
  ) {}

  /** prepare makes the namespace on both servers, and waits for its service account, without which no pod is taken. */
  async prepare(): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace } };
    await this.both({ method: 'POST', path: '/api/v1/namespaces', body });
    const account = { method: 'GET', path: `/api/v1/namespaces/${this.namespace}/serviceaccounts/default` } as const;
    for (let wait = 50; wait < 30_000; wait *= 2) {
      const answers = await this.both(account);
      if (answers.every(answer => answer.code === 200)) return;
      await new Promise(resolve => setTimeout(resolve, wait));
    }
    throw new Error(`${this.namespace} gets no service account: a controller manager has to run beside either server`);
  }

  /** run asks for every mutation of the objects; alike ones of different objects once. */
  async run(kind: Kind, mode: Mode, objects: readonly KubeObject[]): Promise<Outcome> {
    const findings = new Map<string, Finding>();
    const seen = new Set<string>();
    let asked = 0;
    for (const object of objects) {
      const subject = mode === 'create' ? [object, object] : await this.stored(kind, object);
      if (!subject) continue;
      const [reference, ours] = subject as [KubeObject, KubeObject];
      const todo = [...mutations(reference)].filter(mutation => !known(seen, mutation));
      await inParallel(todo, async mutation => {
        const questions = [reference, ours].map(one => questionOf(mode, pathOf(kind, this.namespace), one, mutation));
        const [first, second] = questions;
        if (!first || !second) return;
        asked++;
        const answers = await Promise.all([this.reference.ask(first), this.ours.ask(second)]);
        note(findings, describe(mutation), first, answers);
      });
      if (mode !== 'create') await this.both({ ...this.at(kind, reference), method: 'DELETE', body: NOW });
    }
    return { asked, findings: [...findings.values()].sort((a, b) => b.times - a.times) };
  }

  /** stored makes an object on both servers and reads it back; undefined if either does not take it, or has no such place. */
  private async stored(kind: Kind, object: KubeObject): Promise<[KubeObject, KubeObject] | undefined> {
    const { finalizers: _, ownerReferences: __, ...metadata } = object.metadata;
    const name = `${object.metadata.name ?? 'compared'}-${this.serial++}`;
    const body = { ...object, metadata: { ...metadata, name } };
    const made = await this.both({ method: 'POST', path: pathOf(kind, this.namespace), body });
    if (made.some(answer => answer.code !== 201)) return undefined;
    const [reference, ours] = (await this.both({ ...this.at(kind, body), method: 'GET' })).map(
      answer => answer.body as KubeObject,
    ) as [KubeObject, KubeObject];
    for (const one of [reference, ours]) {
      delete one.metadata.managedFields;
      delete one.metadata.selfLink;
    }
    return [reference, inOrderOf(reference, ours) as KubeObject];
  }

  private at(kind: Kind, object: KubeObject): { path: string } {
    return { path: `${pathOf(kind, this.namespace)}/${object.metadata.name}` };
  }

  private both(question: Question): Promise<[Answer, Answer]> {
    return Promise.all([this.reference.ask(question), this.ours.ask(question)]);
  }
}

const NOW = { gracePeriodSeconds: 0 };

/** known tells whether a like mutation was made before: the same change at the same place, whatever the item. */
function known(seen: Set<string>, mutation: Mutation): boolean {
  const path = mutation.path.map(step => (typeof step === 'number' ? '*' : step));
  const key = describe({ path, value: mutation.value });
  if (seen.has(key)) return true;
  seen.add(key);
  return false;
}

function note(findings: Map<string, Finding>, what: string, question: Question, [a, b]: [Answer, Answer]): void {
  const found = differences(normalForm(a), normalForm(b));
  if (!found.length) return;
  const signature = found
    .slice(0, 3)
    .map(one => `${one.at}|${JSON.stringify(one.reference)}|${JSON.stringify(one.ours)}`.replace(/\d+/g, '#'))
    .join();
  const before = findings.get(signature);
  if (before) before.times++;
  else findings.set(signature, { what, question, differences: found, times: 1 });
}

/** inOrderOf gives a value the order of fields of another, so that both servers get the same bytes but for ids. */
function inOrderOf(model: unknown, value: unknown): unknown {
  if (Array.isArray(model) && Array.isArray(value)) return value.map((item, i) => inOrderOf(model[i], item));
  if (!isRecord(model) || !isRecord(value)) return value;
  const names = [
    ...Object.keys(model).filter(name => name in value),
    ...Object.keys(value).filter(name => !(name in model)),
  ];
  return Object.fromEntries(names.map(name => [name, inOrderOf(model[name], value[name])]));
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, lane));
}
