import type { ServedVersion } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';

const GROUP = 'flowcontrol.apiserver.k8s.io';

/** flowcontrolVersions are the versions of the group's kinds; `early` is what those before v1beta3 do differently. */
export function flowcontrolVersions(
  kind: string,
  early: Pick<ServedVersion, 'toHub' | 'fromHub'> = {},
): ServedVersion[] {
  const deprecated = (since: string, removed: string, by = 'v1') =>
    deprecatedFor(since, removed, `${GROUP}/${by} ${kind}`);
  return [
    served(`${GROUP}/v1`, kind, { since: 29, storedSince: 30 }),
    served(`${GROUP}/v1beta3`, kind, { since: 26, until: 31, storedSince: 26, deprecated: deprecated('1.29', '1.32') }),
    served(`${GROUP}/v1beta2`, kind, {
      since: 23,
      until: 28,
      storedSince: 23,
      deprecated: deprecated('1.26', '1.29'),
      ...early,
    }),
    served(`${GROUP}/v1beta1`, kind, { until: 25, storedSince: 0, deprecated: deprecated('1.23', '1.26'), ...early }),
    served(`${GROUP}/v1alpha1`, kind, { until: 23, deprecated: deprecated('1.20', '1.21', 'v1beta1'), ...early }),
  ];
}
