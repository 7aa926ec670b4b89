import type { AnyObject, ListMeta } from './meta';

/** TableColumn describes a column of a Table (metav1.TableColumnDefinition). */
export interface TableColumn {
  name: string;
  type: string;
  format: string;
  description: string;
  /** priority 0 is always shown, more only by `-o wide`. */
  priority: number;
}

/** TableRowCondition marks a row, as `Completed` those of pods that are over. */
export interface TableRowCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** TableRow is one object: a cell a column, and the object itself or its metadata, as the client asked. */
export interface TableRow {
  cells: (string | number | boolean | null)[];
  conditions?: TableRowCondition[];
  object: AnyObject | null;
}

/** Table is the answer to a client that asks for columns (metav1.Table, meta.k8s.io/v1). */
export interface Table {
  kind: 'Table';
  apiVersion: string;
  metadata: ListMeta;
  /** columnDefinitions are left out of the later events of a watch: null there. */
  columnDefinitions: TableColumn[] | null;
  /** rows of nothing are null for kinds without columns of their own, empty for all others. */
  rows: TableRow[] | null;
}

/** PARTIAL_OBJECT_METADATA is the kind of an answer that is cut down to its metadata. */
export const PARTIAL_OBJECT_METADATA = 'PartialObjectMetadata';

/** IncludeObject says what a table's rows carry besides cells; `Metadata` unless asked otherwise. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';
