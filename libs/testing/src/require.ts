import { findProgram } from './children';

/** Describe is jest's describe, or describe.skip. */
export type Describe = (name: string, body: () => void) => void;

type JestDescribe = Describe & { readonly skip: Describe };

/** jestDescribe is jest's describe; it throws outside jest. */
// Not imported from @jest/globals: that throws outside jest, where benchmarks use this library too.
export function jestDescribe(): JestDescribe {
  const { describe } = globalThis as { describe?: JestDescribe };
  if (!describe) throw new Error('this is no jest test');
  return describe;
}

/** requireProgram answers jest's describe if all the programs are installed, else its skip, after a warning that says so. */
export function requireProgram(...names: string[]): Describe {
  const missing = names.filter(name => !findProgram(name));
  return missing.length ? skipped(`${missing.join(', ')} not installed`) : jestDescribe();
}

/** requireRoot answers jest's describe if the test runs as root, else its skip, after a warning that says so. */
export function requireRoot(): Describe {
  return process.getuid?.() === 0 ? jestDescribe() : skipped('root is needed');
}

/** skipped is jest's describe.skip, after a warning that says why. */
export function skipped(why: string): Describe {
  return (name, body) => {
    console.warn(`SKIPPED: ${name}: ${why}`);
    jestDescribe().skip(`${name} (skipped: ${why})`, body);
  };
}
