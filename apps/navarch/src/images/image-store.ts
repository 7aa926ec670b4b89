import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../cluster/records';

/** Descriptor points to a blob (names as in the OCI specification). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

const REFERENCE = 'io.containerd.image.name';

/** ImageStore is an OCI image layout on disk: blobs by digest, and an index that names images by their complete reference. */
export class ImageStore {
  constructor(readonly folder: string) {}

  /** resolve answers the manifest of a reference: `docker.io/library/nginx:latest`. */
  resolve(reference: string): Descriptor | undefined {
    return this.images().get(reference);
  }

  /** images lists all references with their manifests. */
  images(): Map<string, Descriptor> {
    const index = this.readIndex();
    return new Map(index.map(manifest => [manifest.annotations?.[REFERENCE] ?? '', manifest]));
  }

  /** name makes a reference point to a manifest; an older one of that name is forgotten. */
  name(references: readonly string[], manifest: Descriptor): void {
    const kept = this.readIndex().filter(one => !references.includes(one.annotations?.[REFERENCE] ?? ''));
    const added = references.map(reference => ({ ...manifest, annotations: { [REFERENCE]: reference } }));
    fs.mkdirSync(this.folder, { recursive: true });
    fs.writeFileSync(path.join(this.folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}\n');
    writeFileAtomic(
      path.join(this.folder, 'index.json'),
      `${JSON.stringify({ schemaVersion: 2, manifests: [...kept, ...added] }, null, 1)}\n`,
      0o644,
    );
  }

  /** put stores a blob. */
  put(mediaType: string, content: Buffer): Descriptor {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const file = this.blobFile(digest)!;
    if (!fs.existsSync(file)) writeFileAtomic(file, content, 0o644);
    return { mediaType, digest, size: content.length };
  }

  /** temporary is a file name in the store for a blob that is still being written; adopt gives it its place. */
  temporary(): string {
    const folder = path.join(this.folder, 'partial');
    fs.mkdirSync(folder, { recursive: true });
    return path.join(folder, randomBytes(8).toString('hex'));
  }
  adopt(file: string, digest: string): void {
    const target = this.blobFile(digest)!;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.renameSync(file, target);
  }

  /** blobFile is where a blob lies, there or not; undefined for what is no digest. */
  blobFile(digest: string): string | undefined {
    return /^sha256:[0-9a-f]{64}$/.test(digest)
      ? path.join(this.folder, 'blobs/sha256', digest.slice('sha256:'.length))
      : undefined;
  }

  private readIndex(): Descriptor[] {
    try {
      return (JSON.parse(fs.readFileSync(path.join(this.folder, 'index.json'), 'utf8')) as { manifests: Descriptor[] })
        .manifests;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }
}
