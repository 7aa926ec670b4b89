import { afterAll, beforeAll, describe } from '@jest/globals';
import { SuiteContext, type SuiteMaker } from './context';
import { faultTests } from './faults';
import { listTests } from './lists';
import { watchTests } from './watches';
import { writeTests } from './writes';

/** storageSuite is the contract of Storage as tests. Run it against every implementation. */
export function storageSuite(name: string, maker: SuiteMaker): void {
  describe(`Storage: ${name}`, () => {
    const context = new SuiteContext(maker);
    beforeAll(async () => {
      context.server = await maker.startEtcd();
      context.subject = maker.make(context.server.endpoints);
      await context.subject.ready();
    }, 60_000);
    afterAll(async () => {
      await context.subject?.close();
      await context.server?.stop();
    }, 60_000);
    describe('writes', () => writeTests(context));
    describe('lists', () => listTests(context));
    describe('watches', () => watchTests(context));
    describe('faults', () => faultTests(context));
  });
}
