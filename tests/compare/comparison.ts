import { isRecord } from '@navarch/apimachinery';
import { describe, mutations, type Mutation } from './mutations';
import { questionOf, readings, type Mode } from './modes';
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

type Pair<T> = readonly [reference: T, ours: T];

const UNDER_WAY = 8;
const RETRIES = 3;
const NOW = { gracePeriodSeconds: 0 };
const ACCOUNT = 'default';
const TOKEN = 'default-token-compared';

/** Comparison puts the same questions to a reference and to the server that is tested. */
export class Comparison {
  // Names of another run may still be there.
  private serial = Date.now();

  constructor(
    private readonly reference: Server,
    private readonly ours: Server,
    private readonly namespace: string,
  ) {}

  /** prepare makes the namespace on the servers that have any, and the service account and its token without which no pod is taken. */
  async prepare(): Promise<void> {
    const place = `/api/v1/namespaces/${this.namespace}`;
    const post = (path: string, body: object) => this.both({ method: 'POST', path, body });
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace } };
    if ((await post('/api/v1/namespaces', namespace)).some(answer => answer.code === 404)) return;
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: ACCOUNT },
      secrets: [{ name: TOKEN }],
    };
    await post(`${place}/serviceaccounts`, account);
    const accounts = await this.both({ method: 'GET', path: `${place}/serviceaccounts/${ACCOUNT}` });
    await this.each(accounts, one => ({
      method: 'POST',
      path: `${place}/secrets`,
      body: tokenOf(one.body as KubeObject),
    }));
  }

  /** run asks for every mutation of the objects (alike ones of different objects once), or reads them in every form. */
  async run(kind: Kind, mode: Mode, objects: readonly KubeObject[]): Promise<Outcome> {
    const findings = new Map<string, Finding>();
    const seen = new Set<string>();
    let asked = 0;
    for (const object of objects) {
      const made = mode === 'create' ? object : await this.make(kind, object);
      if (!made) continue;
      let subject = await this.subject(kind, mode, made);
      const collection = pathOf(kind, this.namespace);
      const changes = mode === 'read' ? [] : [...mutations(subject[0])].filter(mutation => !known(seen, mutation));
      await inParallel(changes, async mutation => {
        const pose = (one: KubeObject) => questionOf(mode, collection, one, mutation);
        const question = pose(subject[0]);
        // What one server alone has in the object cannot be asked of both.
        if (!question || !pose(subject[1])) return;
        asked++;
        let answers = await this.each(subject, pose);
        // A server that wrote the object itself in between (conditions of definitions, say) is asked again.
        for (let again = 0; again < RETRIES && isConflict(answers[0]) !== isConflict(answers[1]); again++) {
          subject = await this.subject(kind, mode, made);
          answers = await this.each(subject, pose);
        }
        note(findings, describe(mutation), question, answers);
      });
      for (const question of mode === 'read' ? readings(collection, made) : []) {
        asked++;
        note(findings, `${question.path} ${question.accept ?? ''}`, question, await this.both(question));
      }
      if (mode !== 'create') await this.both({ ...this.at(kind, made), method: 'DELETE', body: NOW });
    }
    return { asked, findings: [...findings.values()].sort((a, b) => b.times - a.times) };
  }

  /** make makes an object on both servers, with the status that it comes with; undefined if either does not take it. */
  private async make(kind: Kind, object: KubeObject): Promise<KubeObject | undefined> {
    const { finalizers: _, ownerReferences: __, ...metadata } = object.metadata;
    const name = hasFixedName(kind) ? object.metadata.name! : `${object.metadata.name ?? 'compared'}-${this.serial++}`;
    const body = { ...object, metadata: { ...metadata, name } };
    const made = await this.both({ method: 'POST', path: pathOf(kind, this.namespace), body });
    if (made.some(answer => answer.code !== 201)) return undefined;
    if (kind.hasStatus && object['status'])
      await this.each(await this.subject(kind, 'status', body), one => ({
        method: 'PUT',
        path: `${this.at(kind, body).path}/status`,
        body: { ...one, status: object['status'] },
      }));
    return body;
  }

  /** subject is the object that questions begin with, as each server has it. */
  private async subject(kind: Kind, mode: Mode, made: KubeObject): Promise<Pair<KubeObject>> {
    if (mode === 'create') return [made, made];
    const answers = await this.both({ ...this.at(kind, made), method: 'GET' });
    const [reference, ours] = answers.map(answer => answer.body as KubeObject) as [KubeObject, KubeObject];
    for (const one of [reference, ours]) {
      delete one.metadata.managedFields;
      delete one.metadata.selfLink;
    }
    return [reference, inOrderOf(reference, ours) as KubeObject];
  }

  private at(kind: Kind, object: KubeObject): { path: string } {
    return { path: `${pathOf(kind, this.namespace)}/${object.metadata.name}` };
  }

  private both(question: Question): Promise<Pair<Answer>> {
    return this.each([question, question], one => one);
  }

  private each<T>(pair: Pair<T>, pose: (one: T) => Question | undefined): Promise<Pair<Answer>> {
    return Promise.all([this.reference.ask(pose(pair[0])!), this.ours.ask(pose(pair[1])!)]);
  }
}

const isConflict = ({ code, body }: Answer) => code === 409 && isRecord(body) && body['reason'] === 'Conflict';

// Names of these say something else of the object.
const hasFixedName = ({ kind }: Kind) => kind === 'CustomResourceDefinition' || kind === 'APIService';

/** tokenOf is a token Secret of a service account, with what makes it one. */
function tokenOf({ metadata }: KubeObject): KubeObject {
  const annotations = {
    'kubernetes.io/service-account.name': metadata.name,
    'kubernetes.io/service-account.uid': metadata['uid'],
  };
  const type = 'kubernetes.io/service-account-token';
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: TOKEN, annotations }, type };
}

/** known tells whether a like mutation was made before: the same change at the same place, whatever the item. */
function known(seen: Set<string>, mutation: Mutation): boolean {
  const path = mutation.path.map(step => (typeof step === 'number' ? '*' : step));
  const key = describe({ path, value: mutation.value });
  if (seen.has(key)) return true;
  seen.add(key);
  return false;
}

function note(findings: Map<string, Finding>, what: string, question: Question, [a, b]: Pair<Answer>): void {
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
