/** ImageConfig is the part of an OCI image's configuration that says how to run it (names as in the OCI specification). */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly StopSignal?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

/** Recipe is how one image's file system is made, and under which names it is served. */
export interface Recipe {
  readonly name: string;
  /** references are complete: registry/repository:tag. */
  readonly references: readonly string[];
  /** packages are Debian's; what they depend on comes along. */
  readonly packages: readonly string[];
  /** busybox puts busybox and its commands beside the packages, so that there is a shell. */
  readonly busybox: boolean;
  /** files maps a path in the image to its content, or to a file below deploy/images ({ from }). */
  readonly files: Readonly<Record<string, string | { readonly from: string }>>;
  /** links maps a path in the image to what it points to. */
  readonly links?: Readonly<Record<string, string>>;
  /** folders are made empty. */
  readonly folders?: readonly string[];
  readonly config: ImageConfig;
}

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const USERS: Readonly<Record<string, string>> = {
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\nnginx:x:101:101:nginx:/nonexistent:/bin/false\nredis:x:999:999:redis:/data:/bin/false\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n',
  'etc/group': 'root:x:0:\nnginx:x:101:\nredis:x:999:\nnogroup:x:65534:\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};
const FOLDERS = ['tmp', 'root', 'run', 'var/tmp', 'var/log', 'dev', 'proc', 'sys'];
const hub = (name: string, tags: readonly string[]) => tags.map(tag => `docker.io/library/${name}:${tag}`);

/** RECIPES are the images that can be built without any registry. Where a tag names a release, the software is Debian's all the same. */
export const RECIPES: readonly Recipe[] = [
  {
    name: 'busybox',
    references: [
      ...hub('busybox', ['latest', '1.28', '1.36']),
      'gcr.io/google_containers/busybox:latest',
      'registry.k8s.io/busybox:latest',
    ],
    packages: [],
    busybox: true,
    files: USERS,
    folders: FOLDERS,
    config: { Cmd: ['sh'], Env: [PATH] },
  },
  {
    name: 'alpine',
    references: hub('alpine', ['latest', '3']),
    packages: [],
    busybox: true,
    files: USERS,
    folders: FOLDERS,
    config: { Cmd: ['/bin/sh'], Env: [PATH] },
  },
  {
    name: 'nginx',
    references: hub('nginx', ['latest', '1.7.9', '1.17.1', '1.17.2', '1.19', '1.20.2', '1.21.1', '1.22.1']),
    packages: ['nginx'],
    busybox: true,
    files: {
      ...USERS,
      'etc/nginx/nginx.conf': { from: 'nginx/nginx.conf' },
      'etc/nginx/conf.d/default.conf': { from: 'nginx/default.conf' },
      'usr/share/nginx/html/index.html': { from: 'nginx/index.html' },
    },
    folders: [...FOLDERS, 'var/lib/nginx', 'var/log/nginx'],
    config: { Cmd: ['nginx', '-g', 'daemon off;'], Env: [PATH], ExposedPorts: { '80/tcp': {} }, StopSignal: 'SIGQUIT' },
  },
  {
    name: 'redis',
    references: [...hub('redis', ['latest', '6', '7']), 'docker.io/kubernetes/redis:v1'],
    packages: ['redis-server', 'redis-tools'],
    busybox: true,
    files: USERS,
    folders: [...FOLDERS, 'data'],
    config: {
      Cmd: ['redis-server', '--protected-mode', 'no', '--bind', '0.0.0.0'],
      Env: [PATH],
      WorkingDir: '/data',
      ExposedPorts: { '6379/tcp': {} },
    },
  },
  {
    name: 'hello-python',
    references: hub('hello-python', ['latest']),
    packages: ['python3-flask'],
    busybox: true,
    files: { ...USERS, 'app/main.py': { from: 'hello-python/main.py' } },
    links: { 'usr/bin/python': 'python3' },
    folders: FOLDERS,
    config: {
      Cmd: ['python', '/app/main.py'],
      Env: [PATH, 'PYTHONUNBUFFERED=1', 'PYTHONDONTWRITEBYTECODE=1'],
      WorkingDir: '/app',
      ExposedPorts: { '5000/tcp': {} },
    },
  },
];
