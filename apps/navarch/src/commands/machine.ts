import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Machine is what this machine can do for a cluster. */
export interface Machine {
  readonly hostname: string;
  readonly mainAddress: string;
  /** lacking says why no real containers can run here; empty where they can. */
  readonly lacking: readonly string[];
}

/** surveyMachine looks at what there is; it changes nothing. */
export function surveyMachine(): Machine {
  const lacking: string[] = [];
  if (process.getuid?.() !== 0) lacking.push('root');
  for (const program of ['containerd', 'runc', 'ip', 'iptables', 'nsenter', 'unshare', 'conntrack']) {
    if (!which(program)) lacking.push(program);
  }
  if (!fs.existsSync('/sys/fs/cgroup')) lacking.push('cgroups');
  return { hostname: os.hostname(), mainAddress: mainAddress(), lacking };
}

/** which finds a program on the PATH (and where Debian keeps the administrator's). */
export function which(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'].filter(Boolean);
  return folders.map(folder => path.join(folder, program)).find(file => fs.existsSync(file));
}

/** mainAddress is the address of the interface of the default route, or the first that is not loopback, or loopback. */
function mainAddress(): string {
  const interfaces = os.networkInterfaces();
  const usable = Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? []).filter(a => a.family === 'IPv4' && !a.internal).map(a => ({ name, address: a.address })),
  );
  const onDefault = usable.find(({ name }) => name === defaultInterface());
  return (onDefault ?? usable.find(({ name }) => !name.startsWith('navarch')) ?? usable[0])?.address ?? '127.0.0.1';
}

function defaultInterface(): string | undefined {
  try {
    const routes = fs
      .readFileSync('/proc/net/route', 'utf8')
      .split('\n')
      .map(line => line.split('\t'));
    return routes.find(([, destination]) => destination === '00000000')?.[0];
  } catch {
    return undefined;
  }
}
