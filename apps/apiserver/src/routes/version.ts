import { releaseVersion, type OpenApiOperation, type Route } from '@navarch/apiserver-runtime';

/** BUILD is what the bundle was made of; the bundler fills it in. What runs from sources knows nothing of it. */
const BUILD = JSON.parse(process.env.NAVARCH_BUILD ?? '{}') as Partial<Record<string, string>>;

/** versionInfo is what /version answers for an emulated release. */
export function versionInfo(minor: number) {
  return {
    major: '1',
    minor: String(minor),
    gitVersion: `${releaseVersion(minor)}+navarch`,
    gitCommit: '',
    gitTreeState: '',
    buildDate: '1970-01-01T00:00:00Z',
    ...BUILD,
    goVersion: `node ${process.version}`,
    compiler: 'v8',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
}

const JSON_ONLY = ['application/json'];
const OPERATION: OpenApiOperation = {
  ...{ path: '/version/', method: 'get', id: 'getCodeVersion', tag: 'version', parameters: [] },
  description: 'get the code version',
  ...{ consumes: JSON_ONLY, produces: JSON_ONLY },
  answers: { 200: 'io.k8s.apimachinery.pkg.version.Info' },
};

/** versionRoute serves /version. */
export function versionRoute(minor: number): Route {
  return {
    path: '/version',
    methods: ['GET'],
    produces: JSON_ONLY,
    operations: [OPERATION],
    // Indented whoever asks: people look at it.
    handle: () => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
      body: Buffer.from(JSON.stringify(versionInfo(minor), undefined, 2)),
    }),
  };
}
