import { exactly, scale, sum } from '../cost/interval';
import { characters, fixed, sized, through, type CostModel } from '../cost/model';
import { method, type Library } from '../environment';
import { Suspended } from '../errors';
import { BOOL, opaque, STRING } from '../types';
import { Opaque } from '../values';

/** AUTHORIZER is the type of the variable `authorizer`, RESOURCE_CHECK of `authorizer.requestResource`. */
export const AUTHORIZER = opaque('kubernetes.authorization.Authorizer');
export const RESOURCE_CHECK = opaque('kubernetes.authorization.ResourceCheck');
const PATH_CHECK = opaque('kubernetes.authorization.PathCheck');
const GROUP_CHECK = opaque('kubernetes.authorization.GroupCheck');
const DECISION = opaque('kubernetes.authorization.Decision');

/** ResourceQuestion is about a resource, unless it has a `path`. */
export interface AuthorizationQuestion {
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  readonly verb?: string;
}
export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason?: string;
  readonly error?: string;
}
/** AskAuthorizer decides whether the user of the request (or the service account in the question) may do something. */
export type AskAuthorizer = (question: AuthorizationQuestion) => AuthorizationAnswer | Promise<AuthorizationAnswer>;

/** Asker asks each question once; an answer that takes time suspends the evaluation until it is there. */
class Asker {
  private readonly answers = new Map<string, AuthorizationAnswer>();
  constructor(private readonly ask: AskAuthorizer) {}

  answer(question: AuthorizationQuestion): AuthorizationAnswer {
    const key = JSON.stringify(question);
    const known = this.answers.get(key);
    if (known) return known;
    const answer = this.ask(question);
    if (!(answer instanceof Promise)) return this.keep(key, answer);
    const failed = (error: unknown): AuthorizationAnswer => ({
      allowed: false,
      error: error instanceof Error ? error.message : String(error),
    });
    throw new Suspended(answer.catch(failed).then(given => this.keep(key, given)));
  }

  private keep(key: string, answer: AuthorizationAnswer): AuthorizationAnswer {
    this.answers.set(key, answer);
    return answer;
  }
}

/** Question is a value that stands for a question not yet asked: the authorizer itself, or a path, group or resource check. */
class Question extends Opaque {
  constructor(
    readonly type: typeof AUTHORIZER,
    readonly asker: Asker,
    readonly question: AuthorizationQuestion = {},
  ) {
    super();
  }
  with(type: typeof AUTHORIZER, more: AuthorizationQuestion): Question {
    return new Question(type, this.asker, { ...this.question, ...more });
  }
  equals(other: Question): boolean {
    return this === other;
  }
}

class DecisionValue extends Opaque {
  readonly type = DECISION;
  constructor(readonly answer: AuthorizationAnswer) {
    super();
  }
  equals(other: DecisionValue): boolean {
    return this === other;
  }
}

/** authorizerValues are `authorizer` and `authorizer.requestResource` for one request. */
export function authorizerValues(
  ask: AskAuthorizer,
  request: AuthorizationQuestion,
): { authorizer: Opaque; requestResource: Opaque } {
  const authorizer = new Question(AUTHORIZER, new Asker(ask));
  return { authorizer, requestResource: authorizer.with(RESOURCE_CHECK, request) };
}

/** CHECK_COST: asking an authorizer is dear. */
const CHECK_COST = { costs: fixed(350_000) };

const A_REQUIREMENT = 50;
/** SELECTING reads a selector, whose requirements may be two characters long. */
const SELECTING: CostModel = {
  cost: ([, text]) => 10 + characters(sized(text)) + Math.ceil(sized(text) / 2) * A_REQUIREMENT,
  estimate: ([, text]) => ({
    cost: sum(exactly(10), through(text!.size), scale(scale(text!.size, 0.5), A_REQUIREMENT)),
  }),
};
const refine = (name: keyof AuthorizationQuestion, costs?: CostModel) => [
  method(
    [RESOURCE_CHECK, STRING],
    RESOURCE_CHECK,
    (check: Question, text: string) => check.with(RESOURCE_CHECK, { [name]: text }),
    costs && { costs },
  ),
];
const check = (question: Question, verb: string) =>
  new DecisionValue(question.asker.answer({ ...question.question, verb }));

/** AUTHORIZATION are the functions of `authorizer`. */
export const AUTHORIZATION: Library = {
  path: [method([AUTHORIZER, STRING], PATH_CHECK, (q: Question, path: string) => q.with(PATH_CHECK, { path }))],
  group: [method([AUTHORIZER, STRING], GROUP_CHECK, (q: Question, group: string) => q.with(GROUP_CHECK, { group }))],
  serviceAccount: [
    method([AUTHORIZER, STRING, STRING], AUTHORIZER, (q: Question, namespace: string, name: string) =>
      q.with(AUTHORIZER, { serviceAccount: { namespace, name } }),
    ),
  ],
  resource: [
    method([GROUP_CHECK, STRING], RESOURCE_CHECK, (q: Question, resource: string) =>
      q.with(RESOURCE_CHECK, { resource }),
    ),
  ],
  subresource: refine('subresource'),
  namespace: refine('namespace'),
  name: refine('name'),
  check: [
    method([PATH_CHECK, STRING], DECISION, check, CHECK_COST),
    method([RESOURCE_CHECK, STRING], DECISION, check, CHECK_COST),
  ],
  allowed: [method([DECISION], BOOL, ({ answer }: DecisionValue) => answer.allowed)],
  reason: [method([DECISION], STRING, ({ answer }: DecisionValue) => answer.reason ?? '')],
  errored: [method([DECISION], BOOL, ({ answer }: DecisionValue) => answer.error !== undefined)],
  error: [method([DECISION], STRING, ({ answer }: DecisionValue) => answer.error ?? '')],
};

/** AUTHORIZATION_BY_SELECTORS are those that ask about a selection of objects. */
export const AUTHORIZATION_BY_SELECTORS: Library = {
  fieldSelector: refine('fieldSelector', SELECTING),
  labelSelector: refine('labelSelector', SELECTING),
};
