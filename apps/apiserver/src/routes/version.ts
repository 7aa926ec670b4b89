import { jsonResponse, type Route } from '@navarch/apiserver-runtime';

/** versionInfo is what /version answers for an emulated release. */
export function versionInfo(minor: number) {
  return {
    major: '1',
    minor: String(minor),
    gitVersion: `v1.${minor}.${minor === 20 ? 2 : 0}+navarch`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: `node ${process.version}`,
    compiler: 'v8',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
}

/** versionRoute serves /version. */
export function versionRoute(minor: number): Route {
  return {
    path: '/version',
    prefix: true,
    methods: ['GET'],
    produces: ['application/json'],
    handle: () => jsonResponse(200, versionInfo(minor)),
  };
}
