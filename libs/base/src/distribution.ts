import type { Metric, Registry } from './metrics';

/** Distribution counts values into buckets, each up to its bound. To tell it a value costs a search among few bounds. */
export class Distribution {
  private readonly counts: number[];
  private sum = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number): void {
    const { bounds, counts } = this;
    let i = 0;
    while (i < bounds.length && value > bounds[i]!) i++;
    counts[i]!++;
    this.sum += value;
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

function expose(
  registry: Registry,
  about: { readonly name: string; readonly help: string; readonly type: 'counter' | 'histogram' },
  values: () => readonly Omit<Series, 'metricName'>[],
): void {
  const get = () => Promise.resolve({ ...about, aggregator: 'sum', values: values() });
  // The registry asks a metric for no more than its name and its values.
  registry.registerMetric({ name: about.name, get } as unknown as Metric);
}
