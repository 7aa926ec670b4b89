import { beforeEach, expect, test } from '@jest/globals';
import { Registry } from '@navarch/base';
import { AdmissionChain } from './admission';
import { AdmissionMetrics } from './admission-metrics';
import type { AdmissionAttributes, AdmissionPlugin } from './interfaces';

const write = { operation: 'CREATE' } as AdmissionAttributes;

let asked: string[];
let registry: Registry;
beforeEach(() => {
  asked = [];
  registry = new Registry();
});

const chainOf = (...plugins: AdmissionPlugin[]) => new AdmissionChain(plugins, new AdmissionMetrics(registry));

function plugin(name: string, parts: Partial<AdmissionPlugin> = {}): AdmissionPlugin {
  return {
    name,
    handles: () => true,
    admit: () => void asked.push(`${name} admits`),
    validate: () => void asked.push(`${name} validates`),
    ...parts,
  };
}

test('all admit in order, then the check, then all validate; those that do not answer at once are waited for', async () => {
  const slow = plugin('slow', {
    async admit() {
      await new Promise(resolve => setImmediate(resolve));
      asked.push('slow admits');
    },
  });
  const unconcerned = plugin('unconcerned', { handles: () => false });
  await chainOf(slow, unconcerned, plugin('quick')).both(write, () => asked.push('check'));
  expect(asked).toEqual(['slow admits', 'quick admits', 'check', 'slow validates', 'quick validates']);
});

test('a plugin that changed what others saw has all of them asked again, once', async () => {
  const changing = plugin('changing', {
    admit: () => {
      asked.push('changing admits');
      return Promise.resolve('again');
    },
    readmit: () => void asked.push('changing readmits'),
  });
  await chainOf(plugin('first'), changing).both(write);
  expect(asked).toEqual([
    ...['first admits', 'changing admits', 'first admits', 'changing readmits'],
    ...['first validates', 'changing validates'],
  ]);
});

test.each([
  [
    'at once',
    () => {
      throw new Error('no');
    },
  ],
  ['by and by', () => Promise.reject(new Error('no'))],
])('the first refusal is the answer, %s: nobody is asked behind it, and metrics tell of it', async (_, validate) => {
  const chain = chainOf(plugin('refusing', { validate }), plugin('behind'));
  await expect(chain.both(write)).rejects.toThrow('no');
  expect(asked).toEqual(['refusing admits', 'behind admits']);
  const text = await registry.metrics();
  const count = 'apiserver_admission_controller_admission_duration_seconds_count';
  expect(text).toContain(`${count}{name="refusing",operation="CREATE",rejected="true",type="validate"} 1`);
  expect(text).toContain(`${count}{name="behind",operation="CREATE",rejected="false",type="admit"} 1`);
  expect(text).not.toContain('name="behind",operation="CREATE",rejected="false",type="validate"');
});
