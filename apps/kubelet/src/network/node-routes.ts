import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { corev1 } from '@navarch/api';
import type { Logger } from '@navarch/base';
import type { EventHandler } from '@navarch/client';

const run = promisify(execFile);

/** NodeRoute sends a node's pod range to that node's address. */
export interface NodeRoute {
  readonly cidr: string;
  readonly via: string;
}

const CIDR = /^[0-9a-fA-F.:]+\/\d{1,3}$/;
const ADDRESS = /^[0-9a-fA-F.:]+$/;

/** routesTo are the routes to another node's pods; none to one without range or address. */
export function routesTo(node: corev1.Node): readonly NodeRoute[] {
  const addresses = (node.status?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP')
    .map(({ address }) => address);
  const cidrs = node.spec?.podCIDRs ?? (node.spec?.podCIDR ? [node.spec.podCIDR] : []);
  return cidrs.flatMap(cidr => {
    const via = addresses.find(address => address.includes(':') === cidr.includes(':'));
    return via && CIDR.test(cidr) && ADDRESS.test(via) ? [{ cidr, via }] : [];
  });
}

/** NodeRoutes keeps host routes to the other nodes' pods as the nodes come, change and go; one command at a time. */
export class NodeRoutes implements EventHandler<corev1.Node> {
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly ownName: string,
    private readonly log: Logger,
    private readonly ip: (args: readonly string[]) => Promise<unknown> = args => run('ip', [...args]),
  ) {}

  added(node: corev1.Node): void {
    this.change([], this.of(node));
  }
  updated(old: corev1.Node, node: corev1.Node): void {
    this.change(this.of(old), this.of(node));
  }
  deleted(node: corev1.Node): void {
    this.change(this.of(node), []);
  }

  /** settled resolves when all changes so far have been made. */
  settled(): Promise<void> {
    return this.queue;
  }

  private of(node: corev1.Node): readonly NodeRoute[] {
    return node.metadata?.name === this.ownName ? [] : routesTo(node);
  }

  private change(before: readonly NodeRoute[], after: readonly NodeRoute[]): void {
    const same = (a: NodeRoute, b: NodeRoute) => a.cidr === b.cidr && a.via === b.via;
    for (const route of before)
      if (!after.some(r => r.cidr === route.cidr)) this.enqueue(['route', 'del', route.cidr, 'via', route.via]);
    for (const route of after)
      if (!before.some(r => same(r, route))) this.enqueue(['route', 'replace', route.cidr, 'via', route.via]);
  }

  private enqueue(args: readonly string[]): void {
    this.queue = this.queue.then(async () => {
      await this.ip(args).catch((error: unknown) =>
        this.log.warn('Cannot change a route', { args: args.join(' '), err: String(error) }),
      );
    });
  }
}
