import { resource, type resourcev1beta2 } from '@navarch/api';
import { field, isDNS1123Subdomain, Path } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { each, IMMUTABLE } from '../../../shared/errors';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

type Fields = Record<string, unknown>;
type Slice = resourcev1beta2.ResourceSlice;
const SPEC = Path.at('spec');

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
  strategy: plainStrategy<Slice>(
    ({ spec }) => {
      const places = [spec?.nodeName, spec?.nodeSelector, spec?.allNodes, spec?.perDeviceNodeSelection].filter(
        Boolean,
      ).length;
      const driver = spec?.driver ?? '';
      return [
        ...(driver
          ? each(SPEC.child('driver'), driver, isDNS1123Subdomain(driver))
          : [field.required(SPEC.child('driver'))]),
        ...(spec?.pool?.name ? [] : [field.required(SPEC.child('pool', 'name'))]),
        ...(places === 1
          ? []
          : [
              field.required(
                SPEC,
                'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
              ),
            ]),
      ];
    },
    {
      alsoOnUpdate: (slice, old) =>
        (['driver', 'nodeName'] as const)
          .filter(name => slice.spec?.[name] !== old.spec?.[name])
          .map(name => field.invalid(SPEC.child(name), slice.spec?.[name], IMMUTABLE)),
    },
  ),
});
