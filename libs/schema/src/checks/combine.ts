import type { JsonSchema } from '../json-schema';
import { Findings } from './finding';
import type { Check } from './keywords';

/** combined are the checks of allOf, anyOf, oneOf and not. */
export function combined(schema: JsonSchema, compile: (schema: JsonSchema) => Check): Check[] {
  const { allOf, anyOf, oneOf, not } = schema;
  return [
    ...(anyOf?.length ? [anyOfCheck(anyOf.map(compile))] : []),
    ...(oneOf?.length ? [oneOfCheck(oneOf.map(compile))] : []),
    ...(allOf?.length ? [allOfCheck(allOf.map(compile))] : []),
    ...(not ? [notCheck(compile(not))] : []),
  ];
}

type Run = (check: Check) => Findings;

const combination =
  (decide: (run: Run, quoted: string, findings: Findings) => void): Check =>
  (value, old, path, findings) => {
    const run: Run = check => {
      const own = new Findings(findings.emulated);
      check(value, old, path, own);
      return own;
    };
    decide(run, JSON.stringify(path), findings);
  };

const isValid = ({ list }: Findings) => list.length === 0;

/** nearest is the alternative of which most was checked; the first of several. */
const nearest = (failures: readonly Findings[]) =>
  failures.reduce<Findings | undefined>((best, own) => (best && best.matches >= own.matches ? best : own), undefined);

function anyOfCheck(checks: readonly Check[]): Check {
  return combination((run, quoted, findings) => {
    const failures: Findings[] = [];
    for (const check of checks) {
      const own = run(check);
      if (isValid(own)) return findings.merge(own);
      failures.push(own);
    }
    findings.composite(`${quoted} must validate at least one schema (anyOf)`);
    findings.merge(nearest(failures)!);
  });
}

function oneOfCheck(checks: readonly Check[]): Check {
  return combination((run, quoted, findings) => {
    const results = checks.map(run);
    const valid = results.filter(isValid);
    if (valid.length === 1) return findings.merge(valid[0]!);
    const found = valid.length === 0 ? 'Found none valid' : `Found ${valid.length} valid alternatives`;
    findings.composite(`${quoted} must validate one and only one schema (oneOf). ${found}`);
    if (valid.length === 0) findings.merge(nearest(results)!);
  });
}

function allOfCheck(checks: readonly Check[]): Check {
  return combination((run, quoted, findings) => {
    const results = checks.map(run);
    results.forEach(own => findings.merge(own));
    const valid = results.filter(isValid).length;
    if (valid === results.length) return;
    findings.composite(`${quoted} must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  });
}

function notCheck(check: Check): Check {
  return combination((run, quoted, findings) => {
    if (isValid(run(check))) findings.composite(`${quoted} must not validate the schema (not)`);
  });
}
