import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** CNI_CONF_NAME is the file's name in the CNI configuration directory. */
export const CNI_CONF_NAME = '10-navarch.conflist';

/** cniConf is the pod network of one node: a bridge with addresses of its range, and host ports. */
export function cniConf(podCidr: string): object {
  return {
    cniVersion: '0.4.0',
    name: 'navarch',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet: podCidr }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true }, snat: true },
    ],
  };
}

/** writeCniConf writes the configuration, at once for whoever watches the directory; nothing if it is there already. */
export async function writeCniConf(directory: string, podCidr: string): Promise<void> {
  const file = path.join(directory, CNI_CONF_NAME);
  const text = `${JSON.stringify(cniConf(podCidr), undefined, 2)}\n`;
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
  await mkdir(directory, { recursive: true });
  const staged = path.join(directory, `.${CNI_CONF_NAME}.tmp`);
  await writeFile(staged, text, { mode: 0o644 });
  await rename(staged, file);
}
