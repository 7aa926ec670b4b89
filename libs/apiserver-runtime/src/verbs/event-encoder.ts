import type { AnyObject, Status } from '@navarch/apimachinery';
import type { Entry, WatchNotice } from '@navarch/storage';
import { partialJson, tableContext } from '../encoding/respond';
import {
  PARTIAL_SCHEMA,
  protobufBookmark,
  protobufErrorEvent,
  protobufEvent,
  protobufPartialEvent,
} from '../encoding/protobuf';
import type { Shape } from '../encoding/shape';
import type { Endpoint } from '../registry/resource';
import { bookmarkTable, tableOf, type TableContext } from '../tables/table';
import type { Services } from './services';
import { sharedFrames } from './shared-frames';

type EventType = WatchNotice['type'];

const tail = Buffer.from('}\n');
const heads: Readonly<Record<EventType, Buffer>> = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
  BOOKMARK: Buffer.from('{"type":"BOOKMARK","object":'),
};

/** INITIAL_EVENTS_END marks the bookmark behind the present state. */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** EventEncoder makes the bytes of a watch's events. What several watchers get alike in one tick is made once. */
export class EventEncoder {
  /** Column definitions go with the first event of a watch only. */
  private columnsSent = false;
  /** forms name what an event of each type looks like. */
  private readonly forms: Readonly<Record<EventType, string>>;

  constructor(
    private readonly shape: Shape,
    private readonly endpoint: Endpoint,
    private readonly services: Services,
  ) {
    const form = shape.transform ? `${shape.transform.kind}.${shape.transform.version}` : endpoint.form;
    const named = (type: EventType) => `event:${shape.media}:${form}:${type}`;
    this.forms = {
      ADDED: named('ADDED'),
      MODIFIED: named('MODIFIED'),
      DELETED: named('DELETED'),
      BOOKMARK: named('BOOKMARK'),
    };
  }

  /** encode is one event with its frame, ready to be written. */
  encode(notice: WatchNotice): Buffer {
    const { entry, type } = notice;
    if (!entry) return this.bookmark(notice);
    if (this.shape.transform?.kind === 'Table') return this.table(type, entry);
    return sharedFrames.frame(entry, this.forms[type], () => this.make(type, entry));
  }

  /** error is the event that ends a watch with a Status. */
  error(status: Status): Buffer {
    if (this.shape.media === 'protobuf') return protobufErrorEvent(status);
    return Buffer.from(`{"type":"ERROR","object":${JSON.stringify(status)}}\n`);
  }

  private make(type: EventType, entry: Entry): Buffer {
    const { transform, media } = this.shape;
    if (media === 'protobuf') {
      return transform
        ? protobufPartialEvent(this.endpoint, type, entry, transform.version)
        : protobufEvent(type, this.endpoint, entry);
    }
    return line(type, transform ? partialJson(this.endpoint, entry, transform.version) : this.endpoint.jsonOf(entry));
  }

  private table(type: EventType, entry: Entry): Buffer {
    const { resourceVersion } = entry.object().metadata;
    const table = tableOf([entry], { resourceVersion }, this.tableContext(), !this.columnsSent);
    this.columnsSent = true;
    return line(type, Buffer.from(JSON.stringify(table)));
  }

  private bookmark({ revision, initialEventsEnd }: WatchNotice): Buffer {
    const metadata = {
      resourceVersion: String(revision),
      creationTimestamp: null,
      ...(initialEventsEnd && { annotations: { [INITIAL_EVENTS_END]: 'true' } }),
    };
    const { transform, media } = this.shape;
    const isTable = transform?.kind === 'Table';
    const object =
      transform && !isTable
        ? { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${transform.version}`, metadata }
        : { kind: this.endpoint.kindName, apiVersion: this.endpoint.apiVersion, metadata };
    if (media === 'protobuf')
      return protobufBookmark(
        transform ? PARTIAL_SCHEMA : this.endpoint.version.schema,
        object as unknown as AnyObject,
        this.services.emulated,
      );
    if (!isTable) return line('BOOKMARK', Buffer.from(JSON.stringify(object)));
    const table = bookmarkTable(object as unknown as AnyObject, this.tableContext(), !this.columnsSent);
    this.columnsSent = true;
    return line('BOOKMARK', Buffer.from(JSON.stringify(table)));
  }

  private tableContext(): TableContext {
    const { clock, emulated } = this.services;
    return tableContext(this.shape, this.endpoint, { now: clock.now(), emulated });
  }
}

function line(type: EventType, object: Buffer): Buffer {
  return Buffer.concat([heads[type], object, tail]);
}
