import type { Metric, Registry } from './metrics';

/**
 * Distribution counts values into buckets, each up to its bound: a histogram with its labels settled. To tell it a value costs a search
 * among few bounds, and nothing else.
 */
export class Distribution {
  private readonly counts: number[];
  private sum = 0;
  /** count is how many values it was told. */
  count = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number): void {
    const { bounds, counts } = this;
    let i = 0;
    while (i < bounds.length && value > bounds[i]!) i++;
    counts[i]!++;
    this.sum += value;
    this.count++;
  }

  /** series are the lines of a histogram of that name, with these labels. */
  series(name: string, labels: Labels): Series[] {
    let count = 0;
    const buckets = this.counts.map((here, i) => {
      count += here;
      const le = i < this.bounds.length ? this.bounds[i]! : '+Inf';
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

/** Labels are those of a series. */
export type Labels = Readonly<Record<string, string | number>>;

/** Series is one line of a metric. */
export interface Series {
  readonly metricName: string;
  readonly labels: Labels;
  readonly value: number;
}

/** exposeDistributions shows distributions as one histogram; `all` tells which there are when somebody asks. */
export function exposeDistributions(
  registry: Registry,
  { name, help }: { readonly name: string; readonly help: string },
  all: () => Iterable<readonly [Labels, Distribution]>,
): void {
  expose(registry, { name, help, type: 'histogram' }, () =>
    [...all()].flatMap(([labels, distribution]) => distribution.series(name, labels)),
  );
}

/** exposeCounts shows numbers as one counter; `all` tells which there are when somebody asks. */
export function exposeCounts(
  registry: Registry,
  { name, help }: { readonly name: string; readonly help: string },
  all: () => Iterable<readonly [Labels, number]>,
): void {
  expose(registry, { name, help, type: 'counter' }, () => Array.from(all(), ([labels, value]) => ({ labels, value })));
}

/** exposeLevels shows numbers that rise and fall as one gauge; `all` tells which there are when somebody asks. */
export function exposeLevels(
  registry: Registry,
  { name, help }: { readonly name: string; readonly help: string },
  all: () => Iterable<readonly [Labels, number]>,
): void {
  expose(registry, { name, help, type: 'gauge' }, () => Array.from(all(), ([labels, value]) => ({ labels, value })));
}

function expose(
  registry: Registry,
  about: { readonly name: string; readonly help: string; readonly type: 'counter' | 'gauge' | 'histogram' },
  values: () => readonly Omit<Series, 'metricName'>[],
): void {
  const get = () => Promise.resolve({ ...about, aggregator: 'sum', values: values() });
  // The registry asks a metric for no more than its name and its values.
  registry.registerMetric({ name: about.name, get } as unknown as Metric);
}

/** DistributionsOptions name a histogram. Buckets are upper bounds, rising. */
export interface DistributionsOptions<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
  readonly buckets: readonly number[];
}

/** Branch leads on by the next label's value: to a branch, or to a part behind the last one. */
type Branch = Map<string, Map<string, unknown> | Distribution>;

/** Distributions are a histogram's parts by their labels. What is told often keeps the part it tells. */
export class Distributions<L extends string> {
  private readonly all: (readonly [Labels, Distribution])[] = [];
  private readonly root: Branch = new Map();

  constructor(
    registry: Registry,
    private readonly options: DistributionsOptions<L>,
  ) {
    exposeDistributions(registry, options, () => this.all);
  }

  /** of is the part with these values of the labels, in their order. It is found label by label: joining them would cost more. */
  of(...values: readonly string[]): Distribution {
    const last = values.length - 1;
    let branch = this.root;
    for (let i = 0; i < last; i++) {
      let next = branch.get(values[i]!);
      if (!next) branch.set(values[i]!, (next = new Map() as Branch));
      branch = next as Branch;
    }
    let part = branch.get(values[last]!);
    if (!part) branch.set(values[last]!, (part = this.add(values)));
    return part as Distribution;
  }

  private add(values: readonly string[]): Distribution {
    const part = new Distribution(this.options.buckets);
    this.all.push([Object.fromEntries(this.options.labelNames.map((name, i) => [name, values[i] ?? ''])), part]);
    return part;
  }

  /** parts are all there are, with their labels. */
  parts(): Iterable<readonly [Labels, Distribution]> {
    return this.all;
  }
}
