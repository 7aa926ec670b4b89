/** StateKey names what a plugin keeps during one scheduling cycle, and its type. */
export interface StateKey<T> {
  readonly name: string;
  readonly __value?: T;
}

/** CycleState carries what plugins computed before the nodes are looked at. It lives for one pod's cycle. */
export class CycleState {
  private readonly values = new Map<string, unknown>();
  /** skipFilter and skipScore name plugins that said they have nothing to say about this pod. */
  readonly skipFilter = new Set<string>();
  readonly skipScore = new Set<string>();

  get<T>(key: StateKey<T>): T | undefined {
    return this.values.get(key.name) as T | undefined;
  }

  set<T>(key: StateKey<T>, value: T): void {
    this.values.set(key.name, value);
  }
}
