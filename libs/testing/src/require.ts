import { describe } from '@jest/globals';
import { findProgram } from './children';

/** Describe is jest's describe, or describe.skip. */
export type Describe = (name: string, body: () => void) => void;

/** requireProgram answers jest's describe if all the programs are installed, else its skip, after a warning that says so. */
export function requireProgram(...names: string[]): Describe {
  const missing = names.filter(name => !findProgram(name));
  return missing.length ? skipped(`${missing.join(', ')} not installed`) : describe;
}

/** requireRoot answers jest's describe if the test runs as root, else its skip, after a warning that says so. */
export function requireRoot(): Describe {
  return process.getuid?.() === 0 ? describe : skipped('root is needed');
}

function skipped(why: string): Describe {
  return (name, body) => {
    console.warn(`SKIPPED: ${name}: ${why}`);
    describe.skip(`${name} (skipped: ${why})`, body);
  };
}
