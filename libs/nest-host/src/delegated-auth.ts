import { SubjectAccessReviews, TokenReviews } from '@navarch/api';
import { forbidden, unauthorized, type UserInfo } from '@navarch/apimachinery';
import type { Clock } from '@navarch/base';
import type { KubeClient } from '@navarch/client';
import type { ResourceAttributes } from './interfaces';

/** Upstream's cache times for delegated decisions, in milliseconds. */
const TTL = { token: 10_000, allowed: 10_000, denied: 10_000 };
const CAPACITY = 4096;

/** Question is what a request wants to do: with a resource, or with a path. */
export type Question = { readonly resource: ResourceAttributes } | { readonly path: string; readonly verb: string };

/** DelegatedAuth asks the API server who a token belongs to and what a user may do, and remembers the answers briefly. */
export class DelegatedAuth {
  private readonly users: ExpiringMap<UserInfo | undefined>;
  private readonly decisions: ExpiringMap<boolean>;

  constructor(
    private readonly client: KubeClient,
    clock: Clock,
  ) {
    this.users = new ExpiringMap(clock);
    this.decisions = new ExpiringMap(clock);
  }

  /** authenticate answers the certificate's user, or the bearer token's; it throws 401 where there is neither. */
  async authenticate(certificateUser: UserInfo | undefined, authorization: string | undefined): Promise<UserInfo> {
    if (certificateUser) return certificateUser;
    const token = /^bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    const user = token && (await this.users.remember(token, TTL.token, () => this.review(token)));
    if (!user) throw unauthorized();
    return user;
  }

  /** authorize resolves if the user may; it throws 403 if not. Members of system:masters may do everything. */
  async authorize(user: UserInfo, question: Question): Promise<void> {
    if (user.groups.includes('system:masters')) return;
    const key = JSON.stringify([user.name, user.groups, question]);
    if (!(await this.decisions.remember(key, TTL.allowed, () => this.ask(user, question))))
      throw refusal(user, question);
  }

  private async review(token: string): Promise<UserInfo | undefined> {
    const answer = await this.client.resource(TokenReviews).create({ spec: { token } });
    const user = answer.status?.authenticated ? answer.status.user : undefined;
    return user && { name: user.username ?? '', uid: user.uid, groups: user.groups ?? [] };
  }

  private async ask(user: UserInfo, question: Question): Promise<boolean> {
    const answer = await this.client.resource(SubjectAccessReviews).create({
      spec: {
        user: user.name,
        uid: user.uid,
        groups: [...user.groups],
        ...('resource' in question
          ? { resourceAttributes: { ...question.resource } }
          : { nonResourceAttributes: { path: question.path, verb: question.verb } }),
      },
    });
    return answer.status?.allowed ?? false;
  }
}

function refusal(user: UserInfo, question: Question): Error {
  if (!('resource' in question)) {
    return forbidden(
      { group: '', resource: '' },
      '',
      `User ${JSON.stringify(user.name)} cannot ${question.verb} path ${JSON.stringify(question.path)}`,
    );
  }
  const { verb, resource, subresource, group = '', name = '' } = question.resource;
  const full = subresource ? `${resource}/${subresource}` : resource;
  return forbidden(
    { group, resource },
    name,
    `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(full)}`,
  );
}

/** ExpiringMap remembers answers for a while; concurrent askers share one question; the oldest go when it is full. */
class ExpiringMap<T> {
  private readonly entries = new Map<string, { readonly answer: Promise<T>; readonly until: number }>();

  constructor(private readonly clock: Clock) {}

  remember(key: string, ttlMs: number, ask: () => Promise<T>): Promise<T> {
    const known = this.entries.get(key);
    if (known && known.until > this.clock.now()) return known.answer;
    const answer = ask();
    this.entries.delete(key);
    this.entries.set(key, { answer, until: this.clock.now() + ttlMs });
    if (this.entries.size > CAPACITY) this.entries.delete(this.entries.keys().next().value!);
    // A failed question is no answer: the next asker asks again.
    answer.catch(() => this.entries.delete(key));
    return answer;
  }
}
