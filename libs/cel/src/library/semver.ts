import { traversal } from '../cost/model';
import { fn, method, type Library } from '../environment';
import { CelError } from '../errors';
import { BOOL, INT, opaque, STRING } from '../types';
import { Opaque } from '../values';

const SEMVER = opaque('kubernetes.Semver');
const FORM =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/** SemverValue is a version of semver.org; the build does not count. */
class SemverValue extends Opaque {
  readonly type = SEMVER;
  constructor(
    readonly numbers: readonly [bigint, bigint, bigint],
    readonly prerelease: readonly string[],
  ) {
    super();
  }
  equals(other: SemverValue): boolean {
    return order(this, other) === 0;
  }
}

function read(text: string): SemverValue | undefined {
  const m = FORM.exec(text);
  if (!m) return undefined;
  return new SemverValue([BigInt(m[1]!), BigInt(m[2]!), BigInt(m[3]!)], m[4]?.split('.') ?? []);
}

/** normalize forgives a leading v, missing parts, and leading zeros. */
function normalize(text: string): string {
  const [, numbers = '', rest = ''] = /^v?([\d.]*)(.*)$/s.exec(text)!;
  const parts = numbers.split('.').map(part => part.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3) parts.push('0');
  return parts.join('.') + rest;
}

function semver(text: string, forgiving = false): SemverValue {
  const value = read(forgiving ? normalize(text) : text);
  if (!value) throw new CelError(`invalid semantic version ${JSON.stringify(text)}`);
  return value;
}
const isSemver = (text: string, forgiving = false) => read(forgiving ? normalize(text) : text) !== undefined;

const sign = (a: bigint | string | number, b: bigint | string | number) => (a < b ? -1 : a > b ? 1 : 0);

function order(a: SemverValue, b: SemverValue): number {
  for (const i of [0, 1, 2] as const) {
    const difference = sign(a.numbers[i], b.numbers[i]);
    if (difference) return difference;
  }
  if (!a.prerelease.length || !b.prerelease.length) return sign(b.prerelease.length, a.prerelease.length);
  for (const [i, part] of a.prerelease.entries()) {
    const other = b.prerelease[i];
    if (other === undefined) return 1;
    const [number, otherNumber] = [/^\d+$/.test(part), /^\d+$/.test(other)];
    if (number !== otherNumber) return number ? -1 : 1;
    const difference = number ? sign(BigInt(part), BigInt(other)) : sign(part, other);
    if (difference) return difference;
  }
  return sign(a.prerelease.length, b.prerelease.length);
}

/** A version without a prerelease comes after all that have one; see order. */
const number = (i: 0 | 1 | 2) => [method([SEMVER], INT, ({ numbers }: SemverValue) => numbers[i])];
type S = SemverValue;
const reading = { costs: traversal() };

/** SEMVERS are the functions of semantic versions. */
export const SEMVERS: Library = {
  semver: [fn([STRING], SEMVER, (text: string) => semver(text), reading), fn([STRING, BOOL], SEMVER, semver, reading)],
  isSemver: [
    fn([STRING], BOOL, (text: string) => isSemver(text), reading),
    fn([STRING, BOOL], BOOL, isSemver, reading),
  ],
  major: number(0),
  minor: number(1),
  patch: number(2),
  isGreaterThan: [method([SEMVER, SEMVER], BOOL, (a: S, b: S) => order(a, b) > 0)],
  isLessThan: [method([SEMVER, SEMVER], BOOL, (a: S, b: S) => order(a, b) < 0)],
  compareTo: [method([SEMVER, SEMVER], INT, (a: S, b: S) => BigInt(order(a, b)))],
};
