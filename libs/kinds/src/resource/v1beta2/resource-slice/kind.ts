import { resource, type resourcev1beta2 } from '@navarch/api';
import { NEVER } from '../../../dormant';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { keepGeneration, setGeneration } from '../../../shared/keep';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { validateSliceSpec } from './validation';

type Fields = Record<string, unknown>;
type Slice = resourcev1beta2.ResourceSlice;
const SHARING = ['consumesCounters', 'nodeName', 'nodeSelector', 'allNodes', 'taints'] as const;

const devicesOf = (object: Fields) =>
  ((object['spec'] as Fields | undefined)?.['devices'] as Fields[] | undefined) ?? [];

/** fromBasic: v1beta1 has what is known of a device in a member of its own. In place. */
export function fromBasic(object: Fields): void {
  for (const device of devicesOf(object)) {
    Object.assign(device, device['basic']);
    delete device['basic'];
  }
}

/** toBasic is the way back. */
export function toBasic(object: Fields): void {
  for (const device of devicesOf(object)) {
    const { name: _, ...basic } = device;
    for (const key of Object.keys(basic)) delete device[key];
    device['basic'] = basic;
  }
}

const selectable = ({ spec }: Slice) => ({ 'spec.nodeName': spec?.nodeName ?? '', 'spec.driver': spec?.driver ?? '' });

/** resourceSlice declares ResourceSlice, the devices of a driver. */
export const resourceSlice = defineKind<Slice>({
  resource: resource<Slice>('resource.k8s.io/v1beta2', 'resourceslices', 'ResourceSlice', false),
  versions: [
    served('resource.k8s.io/v1beta2', 'ResourceSlice', { since: 33, optIn: true }),
    served('resource.k8s.io/v1beta1', 'ResourceSlice', { since: 32, optIn: true, toHub: fromBasic, fromHub: toBasic }),
  ],
  selectableFields: selectable,
  fieldLabels: ['spec.nodeName', 'spec.driver'],
  columns: defineColumns<Slice>([
    nameColumn,
    text('Node', ({ spec }) => spec?.nodeName || NONE),
    text('Driver', ({ spec }) => spec?.driver ?? ''),
    text('Pool', ({ spec }) => spec?.pool?.name ?? ''),
    ageColumn,
  ]),
  // v1.33 does not know of devices that share what they are made of, nor of taints.
  dormant: {
    'spec.sharedCounters': NEVER,
    'spec.perDeviceNodeSelection': NEVER,
    ...Object.fromEntries(SHARING.map(name => [`spec.devices.${name}`, NEVER])),
  },
  strategy: plainStrategy<Slice>(slice => validateSliceSpec(slice), {
    metadataChecks: { update: ['change'] },
    prepareForCreate: slice => setGeneration(slice),
    prepareForUpdate: (slice, old) => keepGeneration(slice, old, !semanticEqual(slice.spec, old.spec)),
    validateUpdate: (slice, old) => validateSliceSpec(slice, old),
  }),
});
