import type { ProxyTarget } from './proxy-target';

/** LINKS are the attributes of HTML that are links, by element. */
const LINKS: ReadonlyMap<string, readonly string[]> = new Map([
  ['a', ['href']],
  ['applet', ['codebase']],
  ['area', ['href']],
  ['audio', ['src']],
  ['base', ['href']],
  ['blockquote', ['cite']],
  ['body', ['background']],
  ['button', ['formaction']],
  ['command', ['icon']],
  ['del', ['cite']],
  ['embed', ['src']],
  ['form', ['action']],
  ['frame', ['longdesc', 'src']],
  ['head', ['profile']],
  ['html', ['manifest']],
  ['iframe', ['longdesc', 'src']],
  ['img', ['longdesc', 'src', 'usemap']],
  ['input', ['src', 'usemap', 'formaction']],
  ['ins', ['cite']],
  ['link', ['href']],
  ['object', ['classid', 'codebase', 'data', 'usemap']],
  ['q', ['cite']],
  ['script', ['src']],
  ['source', ['src']],
  ['video', ['poster', 'src']],
]);

/** RAW are elements whose content is text, whatever it looks like. */
const RAW = /^(script|style|textarea|title)$/;
const TAG_NAME = /<([a-z][^\s/>]*)/iy;
/** ATTRIBUTES takes a name with its value, or what is none: it never looks at a place twice. */
const ATTRIBUTES = /([^\s"'>/=]+)(?:(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+))?|\s+|[^]/g;

/** rewriteLink keeps a link within the proxy, whose path is `base`, if it leads to the target itself; relative ones do so as they are. Pure. */
export function rewriteLink(link: string, { host, port }: Pick<ProxyTarget, 'host' | 'port'>, base: string): string {
  if (link.startsWith(`${base}/`)) return link;
  if (link.startsWith('/') && !link.startsWith('//')) return base + link;
  try {
    const url = new URL(link);
    const urlPort = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    return url.hostname === host && urlPort === port ? base + url.pathname + url.search + url.hash : link;
  } catch {
    return link;
  }
}

/** rewriteLinks puts every link of an HTML text through `rewrite`; all else stays as it is. Its time grows with the text's length only. Pure. */
export function rewriteLinks(html: string, rewrite: (link: string) => string): string {
  let written = '';
  let at = 0;
  const keepTo = (end: number) => {
    written += html.slice(at, end);
    at = end;
  };
  for (let open = html.indexOf('<'); open >= 0; open = html.indexOf('<', at)) {
    if (html.startsWith('<!--', open)) {
      const close = html.indexOf('-->', open + 4);
      if (close < 0) break;
      keepTo(close + 3);
      continue;
    }
    TAG_NAME.lastIndex = open;
    const name = TAG_NAME.exec(html)?.[1]?.toLowerCase();
    if (name === undefined) {
      keepTo(open + 1);
      continue;
    }
    keepTo(open + 1 + name.length);
    const end = tagEnd(html, at);
    if (end < 0) break;
    const links = LINKS.get(name);
    written += links ? rewriteAttributes(html.slice(at, end), links, rewrite) : html.slice(at, end);
    at = end;
    if (!RAW.test(name)) continue;
    const closing = new RegExp(`</${name}`, 'ig');
    closing.lastIndex = at;
    const close = closing.exec(html);
    if (!close) break;
    keepTo(close.index);
  }
  return written + html.slice(at);
}

/** tagEnd is where the tag's `>` is, which may stand in quotes before; -1 if the tag has none. */
function tagEnd(html: string, from: number): number {
  const stop = /["'>]/g;
  stop.lastIndex = from;
  for (let found = stop.exec(html); found; found = stop.exec(html)) {
    if (found[0] === '>') return found.index;
    const close = html.indexOf(found[0], found.index + 1);
    if (close < 0) return -1;
    stop.lastIndex = close + 1;
  }
  return -1;
}

function rewriteAttributes(attributes: string, links: readonly string[], rewrite: (link: string) => string): string {
  return attributes.replace(ATTRIBUTES, (whole, name?: string, equals?: string, value?: string) => {
    if (!name || !value || !links.includes(name.toLowerCase())) return whole;
    const quote = /^["']/.exec(value)?.[0] ?? '';
    const link = quote ? value.slice(1, -1) : value;
    return `${name}${equals}${quote}${rewrite(link)}${quote}`;
  });
}
