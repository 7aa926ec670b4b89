import { splitDefName } from '../schema';

/** Union is x-kubernetes-unions: fields of which one is set, and the field that tells which. */
export interface Union {
  readonly discriminator: string;
  readonly 'fields-to-discriminateBy': Readonly<Record<string, string>>;
}

/** UNIONS are the definitions that are declared as unions, by group and kind. */
const UNIONS: ReadonlyMap<string, readonly [discriminator: string, ...fields: string[]]> = new Map([
  ['core.AppArmorProfile', ['type', 'localhostProfile']],
  ['core.SeccompProfile', ['type', 'localhostProfile']],
  ['flowcontrol.LimitResponse', ['type', 'queuing']],
  ['flowcontrol.PriorityLevelConfigurationSpec', ['type', 'exempt', 'limited']],
  ['flowcontrol.Subject', ['kind', 'group', 'serviceAccount', 'user']],
]);

/** unionsOf are a definition's unions, of the fields that are there; undefined if it has none. */
export function unionsOf(defName: string, fields: readonly string[]): readonly Union[] | undefined {
  const { package: pkg, kind } = splitDefName(defName);
  const [discriminator, ...members] = UNIONS.get(`${pkg.split('.').at(-2)}.${kind}`) ?? [];
  if (discriminator === undefined) return undefined;
  const present = members.filter(member => fields.includes(member));
  const named = present.map(member => [member, member.slice(0, 1).toUpperCase() + member.slice(1)]);
  return [{ discriminator, 'fields-to-discriminateBy': Object.fromEntries(named) as Record<string, string> }];
}
