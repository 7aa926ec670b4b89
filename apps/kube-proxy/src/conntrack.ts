import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { clusterEndpoints, type ServicePort } from './services/service-port';

const run = promisify(execFile);

/** StaleFlow names tracked UDP flows that lead to an endpoint that is gone (or, without endpoint, to nowhere). */
export interface StaleFlow {
  readonly destination: { readonly ip: string } | { readonly nodePort: number };
  /** endpointIP is the vanished backend; absent: flows that found no backend at all when they began. */
  readonly endpointIP?: string;
}

/**
 * staleFlows compares two states: UDP has no connections that could end, so the kernel goes on sending a known flow to where
 * it went, until its entry is deleted. Pure.
 */
export function staleFlows(before: readonly ServicePort[], after: readonly ServicePort[]): StaleFlow[] {
  const now = new Map(after.map(port => [`${port.name}/${port.protocol}`, port]));
  const then = new Map(before.map(port => [`${port.name}/${port.protocol}`, port]));
  const stale: StaleFlow[] = [];
  for (const port of before) {
    if (port.protocol !== 'UDP') continue;
    const left = new Set(
      clusterEndpoints(now.get(`${port.name}/${port.protocol}`) ?? { ...port, endpoints: [] }).map(e => e.ip),
    );
    for (const { ip } of clusterEndpoints(port)) {
      if (!left.has(ip)) stale.push(...destinations(port).map(destination => ({ destination, endpointIP: ip })));
    }
  }
  for (const port of after) {
    if (port.protocol !== 'UDP' || !clusterEndpoints(port).length) continue;
    const had = then.get(`${port.name}/${port.protocol}`);
    if (!had || !clusterEndpoints(had).length) stale.push(...destinations(port).map(destination => ({ destination })));
  }
  return stale;
}

function destinations(port: ServicePort): StaleFlow['destination'][] {
  const ips = [port.clusterIP, ...port.externalIPs, ...port.loadBalancerIPs].map(ip => ({ ip }));
  return port.nodePort ? [...ips, { nodePort: port.nodePort }] : ips;
}

/**
 * flushFlows deletes the flows from the kernel's table. That none is found is no failure. `enter` is a command that runs another within a
 * network namespace; without it the flows are those of the process.
 */
export async function flushFlows(flows: readonly StaleFlow[], enter: readonly string[] = []): Promise<void> {
  for (const { destination, endpointIP } of flows) {
    const where =
      'ip' in destination ? ['--orig-dst', destination.ip] : ['--orig-port-dst', String(destination.nodePort)];
    // Ports are options of the protocol, which conntrack knows only from then on.
    const args = ['-D', '-p', 'udp', ...where, ...(endpointIP ? ['--dst-nat', endpointIP] : [])];
    const [program, ...rest] = [...enter, 'conntrack', ...args];
    await run(program!, rest).catch((error: { stderr?: string }) => {
      if (!error.stderr?.includes('0 flow entries')) throw error;
    });
  }
}
