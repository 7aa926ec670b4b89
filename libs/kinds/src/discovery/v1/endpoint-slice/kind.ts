import { EndpointSlices, type discoveryv1 } from '@navarch/api';
import { forgetDormant } from '../../../dormant';
import { defineKind, type KindDefinition, type Minor, type Dormant } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { keepGeneration, setGeneration } from '../../../shared/keep';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { dropTopology, fromSliceV1, toSliceV1 } from './conversion';
import { sliceWarnings } from './warnings';
import { validateSlice, validateSliceUpdate } from './validation';

const SHOWN = 3;

function shorten(all: readonly string[]): string {
  const more = all.length > SHOWN ? ` + ${all.length - SHOWN} more...` : '';
  return `${all.slice(0, SHOWN).join(',')}${more}` || '<unset>';
}

function defaultSlice({ ports }: discoveryv1.EndpointSlice): void {
  for (const port of ports ?? []) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}

/** LABELS_COUNT is the first release whose generation counts changes of the labels too. */
const LABELS_COUNT = 21;

const content = ({ addressType, endpoints, ports, metadata }: discoveryv1.EndpointSlice, emulated: number) => ({
  addressType,
  endpoints,
  ports,
  ...(emulated >= LABELS_COUNT && { labels: metadata?.labels }),
});

/** DORMANT fields count for the generation before they are dropped. */
const DORMANT: Dormant = {
  'endpoints.conditions.serving': 22,
  'endpoints.conditions.terminating': 22,
  'endpoints.hints': 24,
  'endpoints.hints.forNodes': 34,
};

/** endpointSlice declares EndpointSlice. Its generation counts changes of the labels too, since they say whose slice it is. */
export function endpointSlice(emulated: Minor): KindDefinition<discoveryv1.EndpointSlice> {
  const forget = forgetDormant(DORMANT, emulated);
  return defineKind<discoveryv1.EndpointSlice>({
    resource: EndpointSlices,
    versions: [
      served('discovery.k8s.io/v1', 'EndpointSlice', { since: 21, storedSince: 22 }),
      served('discovery.k8s.io/v1beta1', 'EndpointSlice', {
        until: 24,
        storedSince: 0,
        deprecated: deprecatedFor('1.21', '1.25', 'discovery.k8s.io/v1 EndpointSlice'),
        toHub: toSliceV1(emulated),
        fromHub: fromSliceV1(emulated),
      }),
    ],
    defaults: defaultSlice,
    columns: defineColumns<discoveryv1.EndpointSlice>([
      nameColumn,
      text('AddressType', ({ addressType }) => addressType),
      text('Ports', ({ ports }) =>
        shorten((ports ?? []).map(({ port, name }) => (port !== undefined ? String(port) : (name ?? '*')))),
      ),
      text('Endpoints', ({ endpoints }) => shorten((endpoints ?? []).flatMap(e => e.addresses ?? []))),
      ageColumn,
    ]),
    strategy: {
      ...plainStrategy<discoveryv1.EndpointSlice>(validateSlice),
      metadataChecks: { update: ['whole'] },
      prepareForCreate(slice, context) {
        setGeneration(slice);
        forget?.(slice, undefined);
        dropTopology(slice, undefined, context);
      },
      prepareForUpdate(slice, old, context) {
        keepGeneration(slice, old, !semanticEqual(content(slice, emulated), content(old, emulated)));
        forget?.(slice, old);
        dropTopology(slice, old, context);
      },
      validateUpdate: validateSliceUpdate,
      warnings: sliceWarnings,
    },
  });
}
