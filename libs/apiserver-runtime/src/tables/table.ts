import type {
  AnyObject,
  IncludeObject,
  KubeObject,
  ListMeta,
  ObjectMeta,
  Table,
  TableColumn,
  TableRow,
} from '@navarch/apimachinery';
import type { Column, Columns, Minor } from '@navarch/kinds';
import type { Entry } from '@navarch/storage';
import type { Endpoint } from '../registry/resource';

/** TableContext is what rows depend on besides the objects. */
export interface TableContext {
  readonly endpoint: Endpoint;
  /** version is meta.k8s.io's: v1 or v1beta1. */
  readonly version: string;
  readonly include: IncludeObject;
  /** now in milliseconds, for ages. */
  readonly now: number;
  readonly emulated: Minor;
}

/** defaultColumns are those of kinds that declare none. */
const defaultColumns: Columns<KubeObject> = {
  columns: [
    { name: 'Name', type: 'string', format: 'name', description: 'Name must be unique within a namespace.' },
    {
      name: 'Created At',
      type: 'date',
      description: 'CreationTimestamp is the time at which the server created the object.',
    },
  ],
  cells: object => [object.metadata?.name ?? '', object.metadata?.creationTimestamp ?? '<unknown>'],
};

const has = (column: Column, emulated: Minor) =>
  (column.since === undefined || emulated >= column.since) && (column.until === undefined || emulated <= column.until);

/** columnDefinitions are the columns a release shows. */
export function columnDefinitions(endpoint: Endpoint, emulated: Minor): TableColumn[] {
  return columnsOf(endpoint)
    .columns.filter(column => has(column, emulated))
    .map(({ name, type, format = '', description = '', priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    }));
}

function columnsOf(endpoint: Endpoint): Columns<KubeObject> {
  return endpoint.kind.columns ?? defaultColumns;
}

/** rowOf is one object's row. */
export function rowOf(entry: Entry, context: TableContext): TableRow {
  const { endpoint, emulated, now } = context;
  const columns = columnsOf(endpoint);
  const object = endpoint.resource.readHub(entry);
  const cells = columns.cells(object, { now, emulated });
  const all = columns.columns;
  // Kinds give a cell for each column they declare; those of columns that this release lacks are left out.
  const shown = cells.length === all.length ? cells.filter((_, i) => has(all[i]!, emulated)) : cells;
  const conditions = columns.conditions?.(object);
  return { cells: shown, ...(conditions?.length && { conditions }), object: rowObject(entry, context) };
}

function rowObject(entry: Entry, { endpoint, include, version }: TableContext): AnyObject | null {
  switch (include) {
    case 'None':
      return null;
    case 'Object':
      return endpoint.objectOf(entry);
    default:
      return partialOf(endpoint, entry, version);
  }
}

/** partialOf is an object cut down to its metadata. These are the hub's, whatever the endpoint's version keeps in annotations. */
export function partialOf({ resource }: Endpoint, entry: Entry, version: string): AnyObject {
  const { metadata = {} } = (resource.custom ? entry.object() : resource.readHub(entry)) as AnyObject;
  const { versionAnnotations } = resource.kind;
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: versionAnnotations ? withoutAnnotations(metadata, versionAnnotations) : metadata,
  };
}

function withoutAnnotations(metadata: ObjectMeta, names: readonly string[]): ObjectMeta {
  const rest = Object.entries(metadata.annotations ?? {}).filter(([name]) => !names.includes(name));
  const shown = { ...metadata, annotations: Object.fromEntries(rest) };
  return rest.length ? shown : { ...shown, annotations: undefined };
}

/** NOTHING is what a cell of each type shows of an object without content. */
const NOTHING = { string: '', integer: 0, number: 0, boolean: false, date: '<unknown>' } as const;

/** bookmarkTable is the Table of a bookmark: one row without content, whose object carries the bookmark's metadata. */
export function bookmarkTable(bookmark: AnyObject, context: TableContext, columns: boolean): Table {
  const definitions = columnDefinitions(context.endpoint, context.emulated);
  const apiVersion = `meta.k8s.io/${context.version}`;
  const { metadata = {} } = bookmark;
  const partial = { kind: 'PartialObjectMetadata', apiVersion, metadata };
  const object = { None: null, Object: bookmark, Metadata: partial }[context.include];
  return {
    kind: 'Table',
    apiVersion,
    metadata: { resourceVersion: metadata.resourceVersion ?? '' },
    columnDefinitions: columns ? definitions : null,
    rows: [{ cells: definitions.map(({ type }) => NOTHING[type as keyof typeof NOTHING] ?? ''), object }],
  };
}

function ordered(entries: readonly Entry[], { endpoint }: TableContext): readonly Entry[] {
  const { order } = columnsOf(endpoint);
  const { resource } = endpoint;
  return order ? entries.toSorted((a, b) => order(resource.readHub(a), resource.readHub(b))) : entries;
}

/** tableOf is the Table of some entries. `columns: false` leaves the definitions out, as later events of a watch do. */
export function tableOf(entries: readonly Entry[], metadata: ListMeta, context: TableContext, columns = true): Table {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${context.version}`,
    metadata,
    columnDefinitions: columns ? columnDefinitions(context.endpoint, context.emulated) : null,
    rows:
      entries.length || context.endpoint.kind.columns
        ? ordered(entries, context).map(entry => rowOf(entry, context))
        : null,
  };
}
