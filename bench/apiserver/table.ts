/** Row is one figure. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** atMost or atLeast is the goal, in the unit. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** table renders rows: the figure, the goal, and the ratio of the two, which is 1 or more where the goal is met. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(row => [row.what, `${figure(row.value)} ${row.unit}`.trim(), goal(row), ratio(row)]);
  const all = [['what', 'figure', 'goal', 'times as good'], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map(line => line[column]!.length)));
  const render = (line: readonly string[]) =>
    `| ${line.map((cell, i) => (i ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [render(all[0]!), rule, ...all.slice(1).map(render)].join('\n');
}

function goal({ atMost, atLeast }: Row): string {
  if (atMost !== undefined) return `≤ ${figure(atMost)}`;
  return atLeast === undefined ? '' : `≥ ${figure(atLeast)}`;
}

function ratio({ value, atMost, atLeast }: Row): string {
  if (atMost !== undefined) return (atMost / value).toFixed(2);
  return atLeast === undefined ? '' : (value / atLeast).toFixed(2);
}

function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
