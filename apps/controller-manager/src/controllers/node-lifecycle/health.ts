import type { coordinationv1, corev1 } from '@navarch/api';

/** NodeHealth remembers, by our own clock, when each node was last heard of: a newer heartbeat in its status or a renewed lease. */
export class NodeHealth {
  private readonly heard = new Map<string, { at: number; heartbeat: string; renewed: string }>();

  /** see notes what a node and its lease say now, and answers when (milliseconds) it was last heard of. */
  see(name: string, node: corev1.Node | undefined, lease: coordinationv1.Lease | undefined, nowMs: number): number {
    const heartbeat = node?.status?.conditions?.find(
      condition => condition.type === 'Ready' && condition.status !== 'Unknown',
    )?.lastHeartbeatTime;
    const renewed = lease?.spec?.renewTime;
    const known = this.heard.get(name);
    const changed =
      !known ||
      (heartbeat !== undefined && heartbeat !== known.heartbeat) ||
      (renewed !== undefined && renewed !== known.renewed);
    const entry = {
      at: changed ? nowMs : known.at,
      heartbeat: heartbeat ?? known?.heartbeat ?? '',
      renewed: renewed ?? known?.renewed ?? '',
    };
    this.heard.set(name, entry);
    return entry.at;
  }

  forget(name: string): void {
    this.heard.delete(name);
  }
}
