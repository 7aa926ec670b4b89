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

type Run = (check: Check) => Findings['list'];

const combination =
  (decide: (run: Run, quoted: string, findings: Findings) => void): Check =>
  (value, old, path, findings) => {
    const run: Run = check => {
      const own = new Findings(findings.emulated);
      check(value, old, path, own);
      return own.list;
    };
    decide(run, JSON.stringify(path), findings);
  };

/** nearest are the findings of the alternative that comes closest; the first of several. */
const nearest = (failures: readonly Findings['list'][]) =>
  failures.reduce((best, list) => (list.length < best.length ? list : best), failures[0] ?? []);

function anyOfCheck(checks: readonly Check[]): Check {
  return combination((run, quoted, findings) => {
    const failures: Findings['list'][] = [];
    for (const check of checks) {
      const list = run(check);
      if (!list.length) return;
      failures.push(list);
    }
    findings.composite(`${quoted} must validate at least one schema (anyOf)`);
    findings.list.push(...nearest(failures));
  });
}

function oneOfCheck(checks: readonly Check[]): Check {
  return combination((run, quoted, findings) => {
    const results = checks.map(run);
    const valid = results.filter(list => !list.length).length;
    if (valid === 1) return;
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    findings.composite(`${quoted} must validate one and only one schema (oneOf). ${found}`);
    if (valid === 0) findings.list.push(...nearest(results));
  });
}

function allOfCheck(checks: readonly Check[]): Check {
  return combination((run, quoted, findings) => {
    const failures = checks.map(run).filter(list => list.length);
    if (!failures.length) return;
    findings.list.push(...failures.flat());
    const none = failures.length === checks.length ? '. None validated' : '';
    findings.composite(`${quoted} must validate all the schemas (allOf)${none}`);
  });
}

function notCheck(check: Check): Check {
  return combination((run, quoted, findings) => {
    if (!run(check).length) findings.composite(`${quoted} must not validate the schema (not)`);
  });
}
