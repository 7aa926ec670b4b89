import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** FolderItem is what a folder has by a name: a file of `size` bytes, or for another folder a page of links to what is in it (HTML). */
export type FolderItem = { readonly file: string; readonly size: number } | { readonly page: string };

/**
 * itemOf finds what a folder has by a relative name, its parts separated by slashes; undefined if there is no file or folder. Links and `..`
 * may not lead out of the folder: what counts is where they end. It does not reject.
 */
export async function itemOf(folder: string, name: string): Promise<FolderItem | undefined> {
  try {
    const root = await realpath(folder);
    const found = await realpath(path.join(root, name));
    if (found !== root && !found.startsWith(`${root}${path.sep}`)) return undefined;
    const stats = await stat(found);
    if (stats.isFile()) return { file: found, size: stats.size };
    return stats.isDirectory() ? { page: await pageOf(found) } : undefined;
  } catch {
    return undefined;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

async function pageOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  const links = names.map(name => {
    const shown = name.replace(/[&<>"']/g, character => ESCAPES[character]!);
    return `<a href="${name.split('/').map(encodeURIComponent).join('/')}">${shown}</a>\n`;
  });
  return `<pre>\n${links.join('')}</pre>\n`;
}
