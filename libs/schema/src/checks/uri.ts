const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):/;
/** AUTHORITY is user, host and port; the host may be empty. */
const AUTHORITY = /^([A-Za-z0-9\-._:~!$&'()*+,;=%@]*@)?(\[[^\]]*\]|[A-Za-z0-9\-._~!$&'()*+,;=%\u0080-\uffff]*)(:\d*)?$/;
const ESCAPES = /^([^%]|%[0-9a-fA-F]{2})*$/s;

/** isUri tells what may stand in a request line: an absolute address, or a path from the root. */
export function isUri(text: string): boolean {
  if (/[\u0000-\u001f\u007f]/.test(text)) return false;
  if (text === '*') return true;
  const scheme = SCHEME.exec(text)?.[0] ?? '';
  const rest = text.slice(scheme.length).split('?', 1)[0]!;
  if (!rest.startsWith('/')) return scheme !== '';
  if (!scheme || !rest.startsWith('//')) return ESCAPES.test(rest);
  const [authority = '', ...path] = rest.slice(2).split('/');
  return AUTHORITY.test(authority) && ESCAPES.test(path.join('/'));
}
