import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CriClient } from '../cri-client';
import { imageArchive, type ArchiveFile, type ImageConfig } from './image-archive';

const run = promisify(execFile);
const PAUSE = 'registry.k8s.io/pause:3.6';

/** whyNoContainerd says why a real containerd cannot be tested with here; undefined if it can. */
export function whyNoContainerd(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  const needed = ['/usr/bin/containerd', '/usr/sbin/runc', '/usr/lib/cni/bridge', '/bin/busybox'];
  const missing = needed.filter(file => !existsSync(file));
  return missing.length ? `${missing.join(', ')} missing` : undefined;
}

/**
 * TestContainerd is a real containerd with all its state in a directory of its own and its bridge in a network namespace of its
 * own, which a veth pair connects: pod addresses and streaming URLs answer from the test, and stop leaves nothing behind.
 */
export class TestContainerd {
  readonly socket: string;
  private process: ChildProcess | undefined;

  private constructor(
    /** dir holds everything; a test may put its own things below it. */
    readonly dir: string,
    private readonly id: number,
  ) {
    this.socket = path.join(dir, 'containerd.sock');
  }

  /** podCidr is where pod addresses come from. */
  get podCidr(): string {
    return `10.${180 + (this.id >> 8)}.${this.id & 255}.0/24`;
  }
  /** address is the namespace's own, as the test reaches it. */
  get address(): string {
    return `10.190.${this.id & 255}.2`;
  }
  private get namespace(): string {
    return `nvt-${this.id}`;
  }
  get cniConfDir(): string {
    return path.join(this.dir, 'cni');
  }

  /** start brings one up, with the pause image and `images` in it; CNI is configured unless `cni` is false. */
  static async start(options: { readonly cni?: boolean } = {}): Promise<TestContainerd> {
    const dir = await mkdtemp(path.join(tmpdir(), 'nvt-containerd-'));
    const server = new TestContainerd(dir, process.pid % 1024);
    try {
      await server.configure(options.cni ?? true);
      await server.network();
      await server.launch();
      await server.importBusybox(PAUSE, { Entrypoint: ['/bin/busybox', 'sleep', '2000000000'] });
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** importBusybox makes an image of the machine's static busybox, with /bin/sh and the common applets. */
  async importBusybox(
    reference: string,
    config: ImageConfig = { Cmd: ['sh'] },
    extra: readonly ArchiveFile[] = [],
  ): Promise<void> {
    const busybox = await readFile('/bin/busybox');
    const { stdout } = await run('/bin/busybox', ['--list']);
    const applets = stdout.split('\n').filter(name => name && name !== 'busybox');
    const files: ArchiveFile[] = [
      ...['bin', 'etc', 'tmp', 'root', 'var', 'proc', 'sys', 'dev'].map(name => ({
        path: `${name}/`,
        mode: name === 'tmp' ? 0o1777 : 0o755,
      })),
      { path: 'bin/busybox', content: busybox },
      ...applets.map(name => ({ path: `bin/${name}`, link: '/bin/busybox' })),
      {
        path: 'etc/passwd',
        content: Buffer.from('root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n'),
        mode: 0o644,
      },
      { path: 'etc/group', content: Buffer.from('root:x:0:\nnogroup:x:65534:\n'), mode: 0o644 },
      ...extra,
    ];
    const archive = path.join(this.dir, 'image.tar');
    await writeFile(archive, imageArchive(reference, files, config));
    await run('ctr', ['-a', this.socket, '-n', 'k8s.io', 'images', 'import', archive]);
    await rm(archive);
  }

  /** kill ends containerd as a crash would; containers go on. launch brings it back. */
  async kill(): Promise<void> {
    const { process: child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async launch(): Promise<void> {
    const log = openSync(path.join(this.dir, 'containerd.log'), 'a');
    const args = [`--net=/run/netns/${this.namespace}`, 'containerd', '-c', path.join(this.dir, 'config.toml')];
    this.process = spawn('nsenter', args, { stdio: ['ignore', log, log], detached: true });
    for (let attempt = 0; !(await accepts(this.socket)); attempt++) {
      if (attempt > 200 || this.process.exitCode !== null)
        throw new Error(`containerd did not start, see ${this.dir}/containerd.log`);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  /** stop removes sandboxes, mounts, the namespace and the directory. Idempotent. */
  async stop(): Promise<void> {
    if (await accepts(this.socket)) await this.removeSandboxes();
    await this.kill();
    await run('ip', ['netns', 'delete', this.namespace]).catch(() => undefined);
    const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map(line => line.split(' ')[1] ?? '');
    for (const mount of mounts.filter(at => at.startsWith(`${this.dir}/`)).reverse())
      await run('umount', ['-l', mount]).catch(() => undefined);
    await rm(this.dir, { recursive: true, force: true });
  }

  private async removeSandboxes(): Promise<void> {
    const client = await CriClient.create({ socket: this.socket });
    try {
      await Promise.all(
        (await client.listPodSandbox()).map(({ id }) =>
          client.stopPodSandbox(id).then(() => client.removePodSandbox(id)),
        ),
      );
    } finally {
      client.close();
    }
  }

  private async configure(cni: boolean): Promise<void> {
    await mkdir(this.cniConfDir, { recursive: true });
    await writeFile(path.join(this.dir, 'config.toml'), this.configuration());
    if (cni) await writeFile(path.join(this.cniConfDir, '10-test.conflist'), this.cniConfiguration());
  }

  private configuration(): string {
    const cri = 'plugins."io.containerd.grpc.v1.cri"';
    return `version = 2
root = "${this.dir}/root"
state = "${this.dir}/state"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "${this.socket}"
[ttrpc]
  address = "${this.socket}.ttrpc"
[${cri}]
  sandbox_image = "${PAUSE}"
  stream_server_address = "${this.address}"
  stream_server_port = "0"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [${cri}.cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${this.cniConfDir}"
  [${cri}.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [${cri}.containerd.runtimes.runc.options]
      SystemdCgroup = false
`;
  }

  private cniConfiguration(): string {
    const ipam = {
      type: 'host-local',
      dataDir: `${this.dir}/ipam`,
      ranges: [[{ subnet: this.podCidr }]],
      routes: [{ dst: '0.0.0.0/0' }],
    };
    const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: false, hairpinMode: true, ipam };
    const portmap = { type: 'portmap', capabilities: { portMappings: true }, snat: true };
    return JSON.stringify({ cniVersion: '0.4.0', name: 'test', plugins: [bridge, portmap] });
  }

  private async network(): Promise<void> {
    const [ns, veth, gateway] = [this.namespace, `nvt${this.id}`, this.address.replace(/2$/, '1')];
    const ip = (...args: string[]) => run('ip', args);
    await ip('netns', 'add', ns);
    await ip('link', 'add', veth, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', ns);
    await ip('addr', 'add', `${gateway}/24`, 'dev', veth);
    await ip('link', 'set', veth, 'up');
    await ip('-n', ns, 'link', 'set', 'lo', 'up');
    await ip('-n', ns, 'addr', 'add', `${this.address}/24`, 'dev', 'eth0');
    await ip('-n', ns, 'link', 'set', 'eth0', 'up');
    await ip('-n', ns, 'route', 'add', 'default', 'via', gateway);
    await ip('route', 'add', this.podCidr, 'via', this.address);
  }
}

function accepts(socket: string): Promise<boolean> {
  return new Promise(resolve => {
    const connection = connect(socket);
    connection.once('connect', () => resolve((connection.destroy(), true)));
    connection.once('error', () => resolve(false));
  });
}
