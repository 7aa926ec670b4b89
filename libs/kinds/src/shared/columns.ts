import type { Column, Columns, Minor } from '../kind';

/** CellContext: `now` in milliseconds, for ages. */
export interface CellContext {
  readonly now: number;
  readonly emulated: Minor;
}

/** ColumnSource is a column together with how its cell is made. */
export interface ColumnSource<T> extends Column {
  cell(object: T, context: CellContext): string | number | boolean | null;
}

/** inRelease: the release lies within since and until, both included. */
export function inRelease(range: { readonly since?: Minor; readonly until?: Minor }, emulated: Minor): boolean {
  return (range.since ?? 0) <= emulated && emulated <= (range.until ?? Infinity);
}

/** defineColumns makes Columns; cells has one cell for each column of the release asked for, in order. */
export function defineColumns<T>(
  sources: readonly ColumnSource<T>[],
  conditions?: Columns<T>['conditions'],
): Columns<T> {
  return {
    columns: sources.map(({ cell: _cell, ...column }) => column),
    cells: (object, context) => sources.filter(s => inRelease(s, context.emulated)).map(s => s.cell(object, context)),
    ...(conditions && { conditions }),
  };
}
