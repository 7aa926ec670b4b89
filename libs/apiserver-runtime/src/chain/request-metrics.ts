import { Distribution, exposeCounts, exposeDistributions, type Registry } from '@navarch/base';

const SECONDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

/** RequestLabels tell requests apart. */
export interface RequestLabels {
  readonly verb: string;
  readonly scope: string;
  readonly component: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
}

/** RequestSeries counts requests with the same labels. */
class RequestSeries {
  readonly labels: Record<string, string>;
  readonly codes = new Map<number, number>();
  /** durations in seconds; undefined until there is one. */
  durations: Distribution | undefined;

  constructor(labels: RequestLabels, dryRun: string) {
    this.labels = { ...labels, dry_run: dryRun };
  }
}

/**
 * RequestMetrics counts every request, and how long it took. Of a request it takes one look-up; what a metric's labels look like is
 * found out when somebody asks for them.
 */
export class RequestMetrics {
  private readonly series = new Map<string, RequestSeries>();

  constructor(registry: Registry) {
    const count = {
      name: 'apiserver_request_total',
      help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
    };
    const duration = {
      name: 'apiserver_request_duration_seconds',
      help: 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
    };
    exposeCounts(registry, count, () => this.counts());
    exposeDistributions(registry, duration, () => this.distributions());
  }

  /** done tells of an answered request; seconds is undefined for one whose duration says nothing, as a watch's. */
  done(labels: RequestLabels, dryRun: boolean, code: number, seconds: number | undefined): void {
    const series = this.seriesOf(labels, dryRun ? 'All' : '');
    series.codes.set(code, (series.codes.get(code) ?? 0) + 1);
    if (seconds !== undefined) (series.durations ??= new Distribution(SECONDS)).add(seconds);
  }

  private seriesOf(labels: RequestLabels, dryRun: string): RequestSeries {
    const { verb, scope, component, group, version, resource, subresource } = labels;
    const key = `${verb} ${scope} ${component} ${group} ${version} ${resource} ${subresource} ${dryRun}`;
    let series = this.series.get(key);
    if (!series) this.series.set(key, (series = new RequestSeries(labels, dryRun)));
    return series;
  }

  private *counts() {
    for (const { labels, codes } of this.series.values())
      for (const [code, count] of codes) yield [{ ...labels, code: String(code) }, count] as const;
  }

  private *distributions() {
    for (const { labels, durations } of this.series.values()) if (durations) yield [labels, durations] as const;
  }
}
