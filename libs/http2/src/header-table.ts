/** Field is one header field; names are in lower case. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/** STATIC are the fields that HPACK knows beforehand (RFC 7541, appendix A), from index 1 on: a name, and a value behind a space. */
const STATIC: readonly Field[] = [
  ...[':authority', ':method GET', ':method POST', ':path /', ':path /index.html', ':scheme http', ':scheme https'],
  ...['200', '204', '206', '304', '400', '404', '500'].map(status => `:status ${status}`),
  ...['accept-charset', 'accept-encoding gzip, deflate', 'accept-language', 'accept-ranges', 'accept'],
  ...['access-control-allow-origin', 'age', 'allow', 'authorization', 'cache-control', 'content-disposition'],
  ...['content-encoding', 'content-language', 'content-length', 'content-location', 'content-range', 'content-type'],
  ...['cookie', 'date', 'etag', 'expect', 'expires', 'from', 'host', 'if-match', 'if-modified-since', 'if-none-match'],
  ...['if-range', 'if-unmodified-since', 'last-modified', 'link', 'location', 'max-forwards', 'proxy-authenticate'],
  ...['proxy-authorization', 'range', 'referer', 'refresh', 'retry-after', 'server', 'set-cookie'],
  ...['strict-transport-security', 'transfer-encoding', 'user-agent', 'vary', 'via', 'www-authenticate'],
].map(entry => {
  const space = entry.indexOf(' ');
  return space < 0 ? { name: entry, value: '' } : { name: entry.slice(0, space), value: entry.slice(space + 1) };
});

/** named and whole are the indexes of the static fields: the first with a name, and by name those with their values. */
const named = new Map<string, number>();
const whole = new Map<string, Map<string, number>>();
STATIC.forEach(({ name, value }, i) => {
  if (!named.has(name)) named.set(name, i + 1);
  whole.set(name, (whole.get(name) ?? new Map<string, number>()).set(value, i + 1));
});

/** staticIndex is the index of a field that has this name and, if given, this value; 0 for none. */
export function staticIndex(name: string, value?: string): number {
  return (value === undefined ? named.get(name) : whole.get(name)?.get(value)) ?? 0;
}

/** ENTRY_OVERHEAD is what an entry counts besides its text. */
const ENTRY_OVERHEAD = 32;

/** fieldSize is what a field counts in a table and in a list of headers. */
export function fieldSize({ name, value }: Field): number {
  return name.length + value.length + ENTRY_OVERHEAD;
}

/** HeaderTable is what a peer's indexes mean: the static fields, then those it had us remember, the newest first. */
export class HeaderTable {
  private readonly remembered: Field[] = [];
  private used = 0;

  /** `size` is how many bytes are remembered, as fieldSize counts them. */
  constructor(private size: number) {}

  /** at is the field of that index; undefined if there is none. */
  at(index: number): Field | undefined {
    return index <= STATIC.length ? STATIC[index - 1] : this.remembered[index - STATIC.length - 1];
  }

  /** add remembers a field and forgets the oldest for it; a field that is larger than the table empties it. */
  add(field: Field): void {
    this.used += fieldSize(field);
    this.remembered.unshift(field);
    this.forget();
  }

  resize(size: number): void {
    this.size = size;
    this.forget();
  }

  private forget(): void {
    while (this.used > this.size) this.used -= fieldSize(this.remembered.pop()!);
  }
}
