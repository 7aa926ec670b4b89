import type { ResourceStorageConfig, Storage } from '../interface';

/** SuiteServer is the etcd of a suite. */
export interface SuiteServer {
  readonly endpoints: string[];
  kill(): void;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** SuiteSubject is an implementation under test. */
export interface SuiteSubject {
  open(config: ResourceStorageConfig): Storage;
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** SuiteMaker opens implementations over one etcd. */
export interface SuiteMaker {
  startEtcd(): Promise<SuiteServer>;
  /** make opens one; `small` asks for a change ring of so many, where there is one. */
  make(endpoints: string[], small?: { ring: number }): SuiteSubject;
  /** compact makes etcd forget what was before its present revision. */
  compact(endpoints: string[]): Promise<void>;
  /** raw reads a key's value as it is in etcd. */
  raw(endpoints: string[], key: string): Promise<string>;
}

/** SuiteContext is what the parts of the suite share; its fields are there once the tests run. */
export class SuiteContext {
  server!: SuiteServer;
  subject!: SuiteSubject;
  private areas = 0;

  constructor(readonly maker: SuiteMaker) {}

  /** area is a name for a prefix nobody else uses. */
  area(): string {
    return `area${++this.areas}`;
  }

  compact(): Promise<void> {
    return this.maker.compact(this.server.endpoints);
  }
}
