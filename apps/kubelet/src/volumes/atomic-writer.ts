import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';

/** PayloadFile is one file of a volume. */
export interface PayloadFile {
  readonly data: Buffer;
  readonly mode: number;
  readonly uid?: number;
}

/** Payload maps relative paths (`a`, `dir/b`) to files. */
export type Payload = ReadonlyMap<string, PayloadFile>;

const DATA = '..data';

/** PayloadPathError: a path that would leave the volume, or hide what makes it atomic. */
export class PayloadPathError extends Error {}

/** checkPayloadPath throws PayloadPathError unless the path is relative, without `..`, and does not start with `..`. */
export function checkPayloadPath(file: string): void {
  const parts = file.split('/');
  const bad =
    !file ||
    path.isAbsolute(file) ||
    parts.includes('..') ||
    parts[0]!.startsWith('..') ||
    file.length > 4096 ||
    file.includes('\0');
  if (bad) throw new PayloadPathError(`invalid path: ${JSON.stringify(file)}`);
}

/**
 * writePayload makes the directory hold exactly the payload, changing all files at once: they live in a directory of their own, which the
 * link `..data` names; readers see the old set or the new one. Answers whether anything changed.
 */
export async function writePayload(directory: string, payload: Payload, gid?: number): Promise<boolean> {
  for (const file of payload.keys()) checkPayloadPath(file);
  const current = await readlink(path.join(directory, DATA)).catch(() => undefined);
  if (current !== undefined && (await holds(path.join(directory, current), payload))) return false;

  const version = versionName();
  await writeVersion(path.join(directory, version), payload, gid);
  const staged = path.join(directory, `${DATA}_tmp`);
  await rm(staged, { force: true });
  await symlink(version, staged);
  await rename(staged, path.join(directory, DATA));
  await linkNames(directory, payload);
  if (current !== undefined && current.startsWith('..'))
    await rm(path.join(directory, path.basename(current)), { recursive: true, force: true });
  return true;
}

let sequence = 0;
function versionName(): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll('-', '_').replace('T', '_').replaceAll(':', '_');
  return `..${stamp}.${process.pid}${sequence++}`;
}

async function writeVersion(directory: string, payload: Payload, gid: number | undefined): Promise<void> {
  await mkdir(directory, { mode: 0o755 });
  for (const [name, { data, mode, uid }] of payload) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o755 });
    await writeFile(file, data, { mode: 0o600 });
    const groupMode = gid === undefined ? mode : mode | 0o440;
    if (gid !== undefined || uid !== undefined) await chown(file, uid ?? 0, gid ?? 0);
    await chmod(file, groupMode);
  }
}

/** linkNames makes the names a reader sees: links through `..data`; those of files that are gone are removed. */
async function linkNames(directory: string, payload: Payload): Promise<void> {
  const wanted = new Set([...payload.keys()].map(name => name.split('/')[0]!));
  for (const name of await readdir(directory)) {
    if (!name.startsWith('..') && !wanted.has(name)) await rm(path.join(directory, name), { force: true });
  }
  for (const name of wanted) {
    await symlink(path.join(DATA, name), path.join(directory, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function holds(directory: string, payload: Payload): Promise<boolean> {
  const present = await filesBelow(directory);
  if (present.length !== payload.size) return false;
  for (const name of present) {
    const wanted = payload.get(name);
    if (!wanted || !(await readFile(path.join(directory, name))).equals(wanted.data)) return false;
  }
  return true;
}

async function filesBelow(directory: string, prefix = ''): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(path.join(directory, prefix)).catch(() => [])) {
    const relative = path.join(prefix, name);
    if ((await lstat(path.join(directory, relative))).isDirectory())
      found.push(...(await filesBelow(directory, relative)));
    else found.push(relative);
  }
  return found;
}
