import type { ApiResponse } from '@navarch/apimachinery';
import type { AnnouncedVersion } from '@navarch/kinds';
import type { RequestContext, UpgradeHandler } from './interfaces';

/** AggregatedApis are the group versions that APIService objects announce: their order, and those that other servers serve. */
export interface AggregatedApis {
  /** generation grows with each change of what discovery shows, so that what was made of it can be kept; openApiGeneration with the schemas. */
  readonly generation: number;
  readonly openApiGeneration: number;
  /** announced is what APIServices say of group versions, our own included; ours that are missing stand where they do by default. */
  readonly announced: readonly AnnouncedVersion[];
  /** remotes are those of other servers by `version.group`. They come before our own. */
  readonly remotes: ReadonlyMap<string, RemoteApi>;
}

/** RemoteApi is a group version that another server serves. */
export interface RemoteApi {
  readonly group: string;
  readonly version: string;
  /** handle passes a request on, whatever it asks below `/apis/GROUP/VERSION` or of that version's OpenAPI document. */
  handle(context: RequestContext): Promise<ApiResponse>;
  readonly upgrade: UpgradeHandler;
  /** resources are those that the server listed last, as aggregated discovery shows them (APIResourceDiscovery). */
  readonly resources: readonly object[];
  /** isCurrent: the resources were read from a server that is available; stale ones are shown as such. */
  readonly isCurrent: boolean;
  /** openApiV2 is the server's own document, if it has one. */
  readonly openApiV2: Readonly<Record<string, unknown>> | undefined;
  /** openApiV3Hash stands for the content of the version's own document; undefined if the server has none. */
  readonly openApiV3Hash: string | undefined;
}

/** remoteOf finds the other server that a request for a path is for. Costs nothing while there are none. */
export function remoteOf(
  aggregated: AggregatedApis | undefined,
  info: {
    readonly isResourceRequest: boolean;
    readonly group: string;
    readonly version: string;
    readonly path: string;
  },
): RemoteApi | undefined {
  if (!aggregated?.remotes.size) return undefined;
  if (info.isResourceRequest) return aggregated.remotes.get(`${info.version}.${info.group}`);
  const [root, group, version] = info.path.split('/').filter(Boolean);
  return root === 'apis' && version !== undefined ? aggregated.remotes.get(`${version}.${group}`) : undefined;
}
