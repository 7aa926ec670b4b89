import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { CommandFailed, run } from '../process/run';

/**
 * NOT_NEEDED are packages that only package management and maintainer scripts need: an image has neither. The shell and the
 * small commands come from busybox.
 */
const NOT_NEEDED =
  /^(dpkg|tar|perl(-.*)?|libperl.*|libgdbm.*|usrmerge|debconf|init-system-helpers|sysvinit-utils|lsb-base|iproute2|libelf1|libbpf1|libmnl0|libxtables12|libtirpc.*|libnsl2|libcap2-bin|adduser|passwd|libpam.*|libaudit.*|libcap-ng0|libsemanage.*|libsepol2|login|coreutils|libdb5\.3|libjs-.*|media-types|gcc-\d+-base)$/;
/** NEEDED_ANYWAY maps a package to what of the list above it does need. */
const NEEDED_ANYWAY: Readonly<Record<string, RegExp>> = { python3: /^(media-types|libdb5\.3|libtirpc.*|libnsl2)$/ };
const NOT_UNPACKED = ['doc', 'man', 'locale', 'lintian', 'bash-completion', 'info', 'bug'].map(
  name => `--exclude=./usr/share/${name}`,
);

/** unpackPackages puts Debian packages and what they depend on into a folder. Nothing is installed and no script of theirs runs. */
export async function unpackPackages(packages: readonly string[], root: string, cache: string): Promise<string[]> {
  const files = (await download(packages, cache)).filter(file => isNeeded(packageOf(file), packages));
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
    fs.mkdirSync(path.join(root, 'usr', folder), { recursive: true });
    fs.rmSync(path.join(root, folder), { recursive: true, force: true });
    fs.symlinkSync(`usr/${folder}`, path.join(root, folder));
  }
  for (const file of files) await unpack(path.join(cache, file), root);
  return files;
}

/** isNeeded decides whether a package of the closure goes into the image. */
export function isNeeded(name: string, asked: readonly string[]): boolean {
  if (asked.includes(name) || !NOT_NEEDED.test(name)) return true;
  return asked.some(one =>
    Object.entries(NEEDED_ANYWAY).some(([prefix, needed]) => one.startsWith(prefix) && needed.test(name)),
  );
}

/** packageOf is the package's name in a file name such as `libssl3_3.0.22-1_amd64.deb`. */
export function packageOf(file: string): string {
  return file.slice(0, file.indexOf('_'));
}

/** download fetches the packages and all they depend on, resolved as if nothing were installed, and answers their file names. */
async function download(packages: readonly string[], cache: string): Promise<string[]> {
  fs.mkdirSync(path.join(cache, 'partial'), { recursive: true });
  const empty = path.join(cache, 'none');
  fs.mkdirSync(path.join(empty, 'partial'), { recursive: true });
  fs.writeFileSync(path.join(cache, 'status'), '');
  const apt = (archives: string, ...rest: string[]) =>
    run(['apt-get', '-qq', '-y', ...aptOptions(cache, archives), ...rest, ...packages], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    });
  const resolve = async () => {
    const names = fileNames(await apt(empty, '--print-uris', 'install'));
    await apt(cache, '--download-only', 'install');
    return names;
  };
  try {
    return await resolve();
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    // The lists may be missing, or older than what the mirror still has.
    await run(['apt-get', '-qq', 'update']);
    return resolve();
  }
}

function aptOptions(cache: string, archives: string): string[] {
  const options = {
    'Dir::State::status': path.join(cache, 'status'),
    'Dir::Cache::archives': archives,
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': 'root',
    'Debug::NoLocking': '1',
  };
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** fileNames reads `apt-get --print-uris`: `'URL' NAME SIZE HASH` a line. */
export function fileNames(uris: string): string[] {
  return uris
    .split('\n')
    .filter(line => line.startsWith("'"))
    .map(line => line.split("' ")[1]!.split(' ')[0]!);
}

async function unpack(deb: string, root: string): Promise<void> {
  const source = spawn('dpkg-deb', ['--fsys-tarfile', deb], { stdio: ['ignore', 'pipe', 'inherit'] });
  // The one's output is the other's input, without a detour through us.
  const target = spawn('tar', ['-C', root, '-x', '--keep-directory-symlink', '--no-same-owner', ...NOT_UNPACKED], {
    stdio: [source.stdout, 'inherit', 'inherit'],
  });
  source.stdout.destroy();
  await Promise.all([source, target].map(child => exitOf(child, path.basename(deb))));
}

function exitOf(child: ChildProcess, deb: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`${deb} could not be unpacked`))));
  });
}
