import { readRecords, supervisorAlive } from '../cluster/records';
import { isAlive, startedAt } from '../process/proc';
import { ControlClient } from '../supervisor/control-client';
import type { ComponentStatus } from '../supervisor/control-server';
import { defineCommand, pathsOf, say, STATE_OPTION } from './command';

/** status is `navarch status`. It exits with 0 when all is well, 1 when something is not, 3 when the cluster is down. */
export const status = defineCommand({
  name: 'status',
  usage: '',
  summary: 'what runs, since when, how often it was restarted, and how it is',
  options: { state: STATE_OPTION },
  async run(options) {
    const paths = pathsOf(options);
    const records = readRecords(paths.records);
    if (!records) {
      say('No cluster is up here: navarch up');
      return 3;
    }
    const supervised = supervisorAlive(records);
    const components = supervised ? await new ControlClient(paths.socket).status() : fromRecords(records.processes);
    say(statusTable(components));
    if (!supervised) say('\nThe supervisor is gone: nothing is restarted. Run navarch up again, or navarch down.');
    return supervised && components.every(isWell) ? 0 : 1;
  },
});

function isWell(component: ComponentStatus): boolean {
  return component.state === 'running' && (component.health === 'ok' || component.health === '');
}

/** fromRecords is what can be known without the supervisor. */
function fromRecords(processes: NonNullable<ReturnType<typeof readRecords>>['processes']): ComponentStatus[] {
  return Object.entries(processes).map(([name, id]) => {
    const alive = isAlive(id);
    return {
      name,
      state: alive ? 'running' : 'stopped',
      pid: id.pid,
      uptimeMs: alive ? Date.now() - startedAt(id) : 0,
      restarts: 0,
      lastExit: '',
      health: 'not known',
    };
  });
}

/** statusTable renders the components as kubectl renders its tables. */
export function statusTable(components: readonly ComponentStatus[]): string {
  const rows = [
    ['COMPONENT', 'STATE', 'PID', 'UPTIME', 'RESTARTS', 'HEALTH'],
    ...components.map(c => [
      c.name,
      c.state,
      String(c.pid ?? '-'),
      c.state === 'running' ? duration(c.uptimeMs) : '-',
      String(c.restarts),
      c.health || '-',
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

/** duration is a time span as kubectl shows ages: 45s, 3m20s, 40m, 5h, 3d. */
export function duration(ms: number): string {
  const s = Math.floor(ms / 1000);
  if (s < 120) return `${s}s`;
  if (s < 600) return `${Math.floor(s / 60)}m${s % 60 ? `${s % 60}s` : ''}`;
  if (s < 10_800) return `${Math.floor(s / 60)}m`;
  if (s < 172_800) return `${Math.floor(s / 3600)}h`;
  return `${Math.floor(s / 86_400)}d`;
}
