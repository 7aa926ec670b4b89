/** Issue is one finding of the compiler at an offset (in UTF-16 units) of the expression. */
export interface Issue {
  readonly offset: number;
  readonly message: string;
}

/** CompileError says why an expression does not compile; its message shows every issue below its line, as CEL does everywhere. */
export class CompileError extends Error {
  constructor(
    text: string,
    readonly issues: readonly Issue[],
  ) {
    super(issues.map(issue => renderIssue(text, issue)).join('\n'));
    this.name = 'CompileError';
  }
}

function renderIssue(text: string, { offset, message }: Issue): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const start = before.lastIndexOf('\n') + 1;
  const column = [...text.slice(start, offset)].length;
  const [shown] = text.slice(start).split('\n');
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${shown!.replace(/\t/g, ' ')}\n | ${'.'.repeat(column)}^`;
}
