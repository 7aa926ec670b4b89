import { Distribution, exponentialBuckets, exposeCounts, exposeDistributions, type Registry } from '@navarch/base';

const SECONDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

/** OWN_SECONDS are the bounds for the time that requests took us, waiting for others left out. */
const OWN_SECONDS = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const BYTES = exponentialBuckets(1000, 10, 7);

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

/** Answered is how a request went. */
export interface Answered {
  readonly dryRun: boolean;
  readonly code: number;
  /** seconds from its arrival to its answer; undefined for one whose duration says nothing, as a watch's. */
  readonly seconds: number | undefined;
  /** waitedSeconds of these it stood in a queue. */
  readonly waitedSeconds: number;
  /** bytes of the answer; undefined for a stream. */
  readonly bytes: number | undefined;
}

/** RequestSeries counts requests with the same labels. */
class RequestSeries {
  readonly labels: Record<string, string>;
  readonly codes = new Map<number, number>();
  /** durations in seconds; undefined until there is one. */
  durations: Distribution | undefined;
  /** own are the same without the waiting. */
  own: Distribution | undefined;
  /** sizes of the answers, for what reads. */
  sizes: Distribution | undefined;

  constructor(
    readonly target: RequestLabels,
    readonly dryRun: string,
  ) {
    this.labels = { ...target, dry_run: dryRun };
  }
}

/**
 * RequestMetrics counts every request, and how long it took. Of a request it takes one look-up; what a metric's labels look like is
 * found out when somebody asks for them.
 */
export class RequestMetrics {
  private readonly series = new Map<string, RequestSeries>();

  constructor(
    registry: Registry,
    private readonly emulated: number,
  ) {
    const count = {
      name: 'apiserver_request_total',
      help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
    };
    const duration = {
      name: 'apiserver_request_duration_seconds',
      help: 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
    };
    exposeCounts(registry, count, () => this.counts());
    const size = {
      name: 'apiserver_response_sizes',
      help: 'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
    };
    exposeDistributions(registry, duration, () => this.distributions());
    exposeDistributions(registry, size, () => this.parts('sizes'));
    if (emulated >= OWN_SINCE) {
      const own = {
        name: `apiserver_request_${emulated >= 26 ? 'sli' : 'slo'}_duration_seconds`,
        help: 'Response latency distribution (not counting priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.',
      };
      exposeDistributions(registry, own, () => this.parts('own'));
    }
  }

  /** done tells of an answered request. */
  done(labels: RequestLabels, { dryRun, code, seconds, waitedSeconds, bytes }: Answered): void {
    const series = this.seriesOf(labels, dryRun ? 'All' : '');
    series.codes.set(code, (series.codes.get(code) ?? 0) + 1);
    if (seconds === undefined) return;
    (series.durations ??= new Distribution(SECONDS)).add(seconds);
    if (dryRun) return;
    if (this.emulated >= OWN_SINCE) (series.own ??= new Distribution(OWN_SECONDS)).add(seconds - waitedSeconds);
    if (bytes !== undefined && (labels.verb === 'GET' || labels.verb === 'LIST'))
      (series.sizes ??= new Distribution(BYTES)).add(bytes);
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

  private *parts(of: 'own' | 'sizes') {
    for (const { target, [of]: part } of this.series.values()) if (part) yield [{ ...target }, part] as const;
  }
}

/** OWN_SINCE is the first release that tells how long requests took without their waiting. */
const OWN_SINCE = 23;
