import { createHash } from 'node:crypto';

/** ArchiveFile is one entry of a layer: a file with its bytes, a directory (no content), or a symbolic link. */
export interface ArchiveFile {
  readonly path: string;
  readonly content?: Buffer;
  readonly link?: string;
  readonly mode?: number;
}

/** ImageConfig is the part of an OCI image's configuration a test may want to say. */
export interface ImageConfig {
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
}

/** imageArchive is an OCI image archive (a tar) with one layer under the reference given; deterministic. */
export function imageArchive(reference: string, files: readonly ArchiveFile[], config: ImageConfig): Buffer {
  const layer = tar(files);
  const blobs = new Map<string, Buffer>();
  const put = (content: Buffer) => {
    const digest = createHash('sha256').update(content).digest('hex');
    blobs.set(digest, content);
    return { digest: `sha256:${digest}`, size: content.length };
  };
  const media = 'application/vnd.oci.image.';
  const layerBlob = put(layer);
  const configBlob = put(
    json({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: [layerBlob.digest] },
    }),
  );
  const manifest = put(
    json({
      schemaVersion: 2,
      mediaType: `${media}manifest.v1+json`,
      config: { mediaType: `${media}config.v1+json`, ...configBlob },
      layers: [{ mediaType: `${media}layer.v1.tar`, ...layerBlob }],
    }),
  );
  const annotations = { 'io.containerd.image.name': reference };
  const index = json({
    schemaVersion: 2,
    manifests: [{ mediaType: `${media}manifest.v1+json`, ...manifest, annotations }],
  });
  return tar([
    { path: 'oci-layout', content: json({ imageLayoutVersion: '1.0.0' }) },
    { path: 'index.json', content: index },
    ...[...blobs].map(([digest, content]) => ({ path: `blobs/sha256/${digest}`, content })),
  ]);
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** tar writes a ustar archive; paths are at most 100 bytes. */
function tar(files: readonly ArchiveFile[]): Buffer {
  const parts: Buffer[] = [];
  for (const file of files) {
    const content = file.content ?? Buffer.alloc(0);
    parts.push(tarHeader(file, content.length), content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function tarHeader(file: ArchiveFile, size: number): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number) =>
    header.write(value.toString(8).padStart(length - 1, '0'), at);
  const type = file.link !== undefined ? '2' : file.content === undefined ? '5' : '0';
  header.write(file.path, 0, 100);
  octal(file.mode ?? 0o755, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  header.write('        ', 148);
  header.write(type, 156);
  if (file.link !== undefined) header.write(file.link, 157, 100);
  header.write('ustar\u000000', 257);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return header;
}
