/** WIDTH is how long a line gets before a text in it is broken. */
const WIDTH = 80;
/** ENTRY is a line with a value: what stands before it (indentation, dashes, key), and the value. Keys with quotes or colons in them stay as they are. */
const ENTRY = /^( *(?:- )*)([\w./~-]+: )?(\S.*)$/;
/** BLOCK is a value whose lines follow as they are. */
const BLOCK = /^[|>][-+\d]*$/;

/** foldLines breaks the long texts of YAML that has each in one line where the API's servers do: at the first single space behind column 80. Pure. */
export function foldLines(yaml: string): string {
  const lines = yaml.split('\n');
  if (!lines.some(line => line.length > WIDTH)) return yaml;
  let block: number | undefined;
  return lines
    .map(line => {
      if (block !== undefined && (line === '' || indentOf(line) >= block)) return line;
      block = undefined;
      const [, before = '', key = '', value = ''] = ENTRY.exec(line) ?? [];
      const below = key ? before.length + 2 : before.length;
      if (BLOCK.test(value)) block = below;
      return line.length > WIDTH && value ? before + key + folded(value, before.length + key.length, below) : line;
    })
    .join('\n');
}

const indentOf = (line: string) => line.length - line.trimStart().length;

/** folded is a text that begins at a column, its further lines indented. The first and the last sign of a quoted text are no place to break. */
function folded(text: string, at: number, indent: number): string {
  const quoted = text.startsWith("'") || text.startsWith('"');
  const [first, last] = quoted ? [1, text.length - 2] : [0, text.length - 1];
  let out = '';
  let column = at;
  for (let i = 0; i < text.length; i++) {
    const isBreak =
      column > WIDTH && text[i] === ' ' && text[i - 1] !== ' ' && text[i + 1] !== ' ' && i > first && i < last;
    out += isBreak ? `\n${' '.repeat(indent)}` : text[i]!;
    column = isBreak ? indent : column + 1;
  }
  return out;
}
