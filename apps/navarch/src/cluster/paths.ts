import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';

/** ClusterPaths are the files of one cluster, all below its state folder. */
export class ClusterPaths {
  constructor(readonly state: string) {}

  /** config is what `up` decided (ClusterConfig). */
  get config(): string {
    return this.at('cluster.json');
  }
  /** records is what was started and must be stopped (Records). */
  get records(): string {
    return this.at('records.json');
  }
  get adminKubeconfig(): string {
    return this.at('admin.kubeconfig');
  }
  get pki(): string {
    return this.at('pki');
  }
  get kubeconfigs(): string {
    return this.at('kubeconfig');
  }
  get settings(): string {
    return this.at('config');
  }
  get data(): string {
    return this.at('data');
  }
  get logs(): string {
    return this.at('logs');
  }
  get hosts(): string {
    return this.at('hosts');
  }
  get encryption(): string {
    return this.at('config/encryption.yaml');
  }
  get natsConfig(): string {
    return this.at('config/nats.conf');
  }

  /** socket is the supervisor's; a path too long for a Unix socket (107 bytes) is replaced by a short one that follows from it. */
  get socket(): string {
    const here = this.at('supervisor.sock');
    if (Buffer.byteLength(here) <= 100) return here;
    return path.join(os.tmpdir(), `navarch-${createHash('sha256').update(here).digest('hex').slice(0, 16)}.sock`);
  }

  kubeconfig(component: string): string {
    return path.join(this.kubeconfigs, `${component}.kubeconfig`);
  }
  log(component: string): string {
    return path.join(this.logs, `${component}.log`);
  }
  /** host is the folder with a worker's own /var/lib and /etc parts. */
  host(node: string): string {
    return path.join(this.hosts, node);
  }
  /** certificate is the file of a certificate below pki, named without its ending: 'apiserver', 'etcd/server'. */
  certificate(name: string): string {
    return path.join(this.pki, `${name}.crt`);
  }
  key(name: string): string {
    return path.join(this.pki, `${name}.key`);
  }

  private at(name: string): string {
    return path.join(this.state, name);
  }
}

/** cacheDir is where built images are kept, shared by all clusters of this user. */
export function cacheDir(): string {
  return (
    process.env['NAVARCH_CACHE'] ??
    path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'navarch')
  );
}
