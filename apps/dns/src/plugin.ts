import type { Answer, Question } from 'dns-packet';

/** Rcode is how a query ended, by its name in RFC 1035. */
export type Rcode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED';

/** RCODES are the numbers on the wire. */
export const RCODES: Readonly<Record<Rcode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
};

/** Query is one question. `name` is lower case and without the trailing dot; `asked` keeps the asker's spelling. */
export interface Query {
  readonly name: string;
  readonly asked: string;
  readonly type: string;
  readonly question: Question;
  readonly transport: 'udp' | 'tcp';
  /** signal aborts when the answer would come too late. */
  readonly signal: AbortSignal;
}

/** Reply is what a plugin answers. */
export interface Reply {
  readonly rcode: Rcode;
  /** authoritative: the answer comes from the zone's own data. */
  readonly authoritative: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  readonly additionals: readonly Answer[];
}

/** Plugin answers a query, or hands it to the next. Plugins are told in one list (chain.ts) who comes after whom. */
export interface Plugin {
  readonly name: string;
  handle(query: Query, next: (query: Query) => Promise<Reply>): Promise<Reply>;
  /** ready rejects while the plugin cannot answer yet. */
  ready?(): Promise<void> | void;
}

/** reply fills in what a reply leaves out. */
export function reply(rcode: Rcode, parts: Partial<Reply> = {}): Reply {
  return { rcode, authoritative: false, answers: [], authorities: [], additionals: [], ...parts };
}

/** chainOf composes plugins: each gets the rest of the chain as its `next`; past the last one a query is refused. */
export function chainOf(plugins: readonly Plugin[]): (query: Query) => Promise<Reply> {
  return plugins.reduceRight<(query: Query) => Promise<Reply>>(
    (next, plugin) => query => plugin.handle(query, next),
    () => Promise.resolve(reply('REFUSED')),
  );
}
