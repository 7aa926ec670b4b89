import { describe, expect, test } from '@jest/globals';
import { isLongRunning, requestInfo } from './request-info';

const of = (method: string, url: string) => {
  const [path, query = ''] = url.split('?') as [string, string?];
  return requestInfo(method, path, new URLSearchParams(query));
};

describe('requestInfo', () => {
  test.each([
    ['GET', '/api/v1/namespaces', 'list', '', 'namespaces', '', '', ''],
    ['GET', '/api/v1/namespaces/a', 'get', '', 'namespaces', '', 'a', 'a'],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update', '', 'namespaces', 'finalize', 'a', 'a'],
    ['GET', '/api/v1/namespaces/a/pods', 'list', '', 'pods', '', '', 'a'],
    ['GET', '/api/v1/namespaces/a/pods?watch=1', 'watch', '', 'pods', '', '', 'a'],
    ['GET', '/api/v1/namespaces/a/pods?watch=false', 'list', '', 'pods', '', '', 'a'],
    ['GET', '/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Dx', 'list', '', 'pods', '', 'x', 'a'],
    ['GET', '/api/v1/namespaces/a/pods?fieldSelector=metadata.name!%3Dx', 'list', '', 'pods', '', '', 'a'],
    [
      'GET',
      '/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Dy,metadata.name%3Dx',
      'list',
      '',
      'pods',
      '',
      'x',
      'a',
    ],
    ['GET', '/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Dx%5C,y', 'list', '', 'pods', '', '', 'a'],
    ['GET', '/api/v1/namespaces/a/pods/b?watch=true', 'get', '', 'pods', '', 'b', 'a'],
    ['GET', '/api/v1/watch/namespaces/a/pods/b', 'watch', '', 'pods', '', 'b', 'a'],
    ['GET', '/api/v1/watch/nodes', 'watch', '', 'nodes', '', '', ''],
    ['DELETE', '/api/v1/namespaces/a/pods', 'deletecollection', '', 'pods', '', '', 'a'],
    ['DELETE', '/api/v1/namespaces/a/pods/b', 'delete', '', 'pods', '', 'b', 'a'],
    ['HEAD', '/api/v1/namespaces/a/pods/b/log', 'get', '', 'pods', 'log', 'b', 'a'],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/b/scale', 'patch', 'apps', 'deployments', 'scale', 'b', 'a'],
    [
      'POST',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles',
      'create',
      'rbac.authorization.k8s.io',
      'clusterroles',
      '',
      '',
      '',
    ],
    ['GET', '/api/v1/nodes/a%20b', 'get', '', 'nodes', '', 'a b', ''],
    ['GET', '/api/v1/nodes/%61%ff', 'get', '', 'nodes', '', 'a\ufffd', ''],
    ['OPTIONS', '/api/v1/pods', '', '', 'pods', '', '', ''],
    ['GET', '/api/v1/namespaces//pods', 'list', '', 'pods', '', '', ''],
    ['GET', '/api/v1/namespaces//pods/b', 'get', '', 'pods', '', 'b', ''],
    ['GET', '/api/v1/namespaces/a/pods//', 'list', '', 'pods', '', '', 'a'],
    ['GET', '/api/v1//pods', 'get', '', '', '', 'pods', ''],
  ])('%s %s', (method, url, verb, group, resource, subresource, name, namespace) => {
    const info = of(method, url);
    expect(info).toMatchObject({ isResourceRequest: true, verb, group, resource, subresource, name, namespace });
  });

  test.each([
    ['GET', '/healthz', 'get'],
    ['POST', '/api', 'post'],
    ['GET', '/api/v1', 'get'],
    ['GET', '/apis/apps/v1', 'get'],
    ['GET', '/', 'get'],
  ])('%s %s is no resource request', (method, url, verb) => {
    expect(of(method, url)).toMatchObject({ isResourceRequest: false, verb, path: url });
  });

  test.each(['/api/v1/watch', '/apis/apps/v1/watch/'])('%s watches nothing', url => {
    expect(() => of('GET', url)).toThrow(`unable to determine kind and namespace from url, ${url}`);
  });

  test('a path with a broken escape is none', () => {
    expect(() => of('GET', '/api/v1/nodes/%zz%ff')).toThrow(URIError);
  });

  test.each([
    ['/api/v1/namespaces/a/services/web:80/proxy', ''],
    ['/api/v1/namespaces/a/services/web:80/proxy/', '/'],
    ['/api/v1/namespaces/a/services/web:80/proxy/x/y%20z', '/x/y%20z'],
    ['/api/v1/nodes/n/proxy/logs/', '/logs/'],
    ['/api/v1/nodes/n/proxy//logs//a', '//logs//a'],
  ])('rest of %s', (url, rest) => {
    expect(of('GET', url)).toMatchObject({ subresource: 'proxy', rest });
  });

  test.each([
    ['GET', '/api/v1/pods?watch=true', true],
    ['GET', '/api/v1/namespaces/a/pods/b/log', true],
    ['POST', '/api/v1/namespaces/a/pods/b/exec', true],
    ['GET', '/api/v1/pods', false],
    ['GET', '/healthz', false],
  ])('long-running: %s %s', (method, url, expected) => {
    expect(isLongRunning(of(method, url))).toBe(expected);
  });
});
