import { spawn } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { deployFile } from '../cluster/install-dir';
import { PAUSE_IMAGE } from '../host/containerd';
import { run, succeeds } from '../process/run';
import { which } from '../commands/machine';
import { unpackPackages } from './debian';
import type { Descriptor, ImageStore } from './image-store';
import type { ImageConfig, Recipe } from './recipe';

const OCI = 'application/vnd.oci.image.';
const EPOCH = '1970-01-01T00:00:00Z';

/** buildImage builds one image and names it in the store. The same packages and files give the same digests. */
export async function buildImage(recipe: Recipe, store: ImageStore, cache: string): Promise<Descriptor[]> {
  return inScratch(async root => {
    if (recipe.packages.length) await unpackPackages(recipe.packages, root, path.join(cache, 'debs'));
    for (const folder of recipe.folders ?? []) fs.mkdirSync(path.join(root, folder), { recursive: true });
    for (const folder of ['tmp', 'var/tmp'])
      if (fs.existsSync(path.join(root, folder))) fs.chmodSync(path.join(root, folder), 0o1777);
    if (recipe.busybox) await addBusybox(root);
    for (const [name, content] of Object.entries(recipe.files)) {
      const file = path.join(root, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.rmSync(file, { force: true });
      fs.writeFileSync(
        file,
        typeof content === 'string' ? content : fs.readFileSync(deployFile(`images/${content.from}`)),
        { mode: 0o644 },
      );
    }
    for (const [name, target] of Object.entries(recipe.links ?? {})) fs.symlinkSync(target, path.join(root, name));
    const layer = await writeLayer(root, store);
    return recipe.references.map(reference => {
      // Each name its own image: a rollout from one tag to another has to be a change.
      const labels = { 'navarch.dev/stands-in-for': reference };
      const manifest = writeManifest(store, layer, { ...recipe.config, Labels: labels });
      store.name([reference], manifest);
      return manifest;
    });
  });
}

/** buildPause builds the image that every pod needs: a static program where there is a C compiler, else busybox's shell doing the same. */
export async function buildPause(store: ImageStore): Promise<Descriptor> {
  return inScratch(async root => {
    const compiled =
      which('gcc') !== undefined &&
      (await succeeds(['gcc', '-Os', '-static', '-o', path.join(root, 'pause'), deployFile('images/pause.c')]));
    if (compiled) await run(['strip', path.join(root, 'pause')]).catch(() => undefined);
    else {
      await addBusybox(root);
      const script = "#!/bin/sh\ntrap 'exit 0' TERM INT\nwhile :; do\n  sleep 2147483 &\n  wait $!\ndone\n";
      fs.writeFileSync(path.join(root, 'pause'), script, { mode: 0o755 });
    }
    fs.chmodSync(path.join(root, 'pause'), 0o755);
    const manifest = writeManifest(store, await writeLayer(root, store), { Entrypoint: ['/pause'] });
    store.name([PAUSE_IMAGE], manifest);
    return manifest;
  });
}

interface Layer extends Descriptor {
  /** diffId is the digest of the layer before it was compressed. */
  readonly diffId: string;
}

/** writeLayer packs a folder: sorted, owned by root, dated 1970, so that equal content has an equal digest. */
async function writeLayer(root: string, store: ImageStore): Promise<Layer> {
  const tar = spawn(
    'tar',
    ['--format=gnu', '--numeric-owner', '--owner=0', '--group=0', '--sort=name', '--mtime=@0', '-C', root, '-c', '.'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise<void>((resolve, reject) => {
    tar.once('error', reject);
    tar.once('exit', code => (code === 0 ? resolve() : reject(new Error('tar failed'))));
  });
  const plain = createHash('sha256');
  const packed = createHash('sha256');
  const file = store.temporary();
  await Promise.all([
    pipeline(tar.stdout, hashing(plain), createGzip({ level: 6 }), hashing(packed), fs.createWriteStream(file)),
    ended,
  ]);
  const digest = `sha256:${packed.digest('hex')}`;
  const { size } = fs.statSync(file);
  store.adopt(file, digest);
  return { mediaType: `${OCI}layer.v1.tar+gzip`, digest, size, diffId: `sha256:${plain.digest('hex')}` };
}

function writeManifest(store: ImageStore, layer: Layer, config: ImageConfig): Descriptor {
  const { diffId, ...descriptor } = layer;
  const image = {
    created: EPOCH,
    architecture: os.arch() === 'x64' ? 'amd64' : os.arch(),
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created: EPOCH, created_by: 'navarch images build' }],
  };
  const configBlob = store.put(`${OCI}config.v1+json`, Buffer.from(JSON.stringify(image)));
  const mediaType = `${OCI}manifest.v1+json`;
  return store.put(
    mediaType,
    Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config: configBlob, layers: [descriptor] })),
  );
}

/** addBusybox copies the static busybox and links every command it knows that is not there already. */
async function addBusybox(root: string): Promise<void> {
  const source = which('busybox');
  if (!source) throw new Error('busybox is not installed: apt-get install busybox-static');
  const bin = path.join(root, 'bin');
  fs.mkdirSync(bin, { recursive: true });
  fs.copyFileSync(source, path.join(bin, 'busybox'));
  fs.chmodSync(path.join(bin, 'busybox'), 0o755);
  for (const command of (await run([source, '--list'])).split('\n').filter(Boolean)) {
    const taken = ['bin', 'sbin', 'usr/bin', 'usr/sbin'].some(folder =>
      fs.lstatSync(path.join(root, folder, command), { throwIfNoEntry: false }),
    );
    if (!taken) fs.symlinkSync('busybox', path.join(bin, command));
  }
}

function hashing(hash: Hash): Transform {
  return new PassThrough({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

async function inScratch<T>(work: (root: string) => Promise<T>): Promise<T> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'navarch-image-'));
  try {
    const root = path.join(scratch, 'root');
    fs.mkdirSync(root, { mode: 0o755 });
    fs.chmodSync(root, 0o755);
    return await work(root);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}
