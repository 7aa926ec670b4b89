// Puts the same questions to two API servers and prints where their answers differ: `npm run compare -- --help`.
import { parseArgs } from 'node:util';
import { Comparison, type Finding } from './comparison';
import { excerpts } from './excerpts';
import { MODES, type Mode } from './modes';
import { apiVersionOf, kindsOf, readObjects } from './objects';
import { Server } from './server';

const USAGE = `usage: npm run compare -- --reference KUBECONFIG --ours KUBECONFIG [flags]
  --reference KUBECONFIG   a server that is known to be right
  --ours KUBECONFIG        the server that is tested (.navarch/admin.kubeconfig)
  --resources NAMES        of which resources, such as pods,ingresses.networking.k8s.io; all unless given
  --modes NAMES            of ${MODES.join(',')}; all unless given
  --objects FOLDER         valid objects to begin with (tests/compare/objects)
  --examples N             how many differences of each kind are shown (3)
Both users have to be administrators, and no controller may write beside either server. Objects are made in the namespace
"compared"; changes to them are dry runs.`;

const { values } = parseArgs({
  options: {
    reference: { type: 'string' },
    ours: { type: 'string', default: '.navarch/admin.kubeconfig' },
    resources: { type: 'string' },
    modes: { type: 'string', default: MODES.join(',') },
    objects: { type: 'string', default: 'tests/compare/objects' },
    examples: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help || values.reference === undefined) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}
const reference = new Server(values.reference);
const ours = new Server(values.ours);
const comparison = new Comparison(reference, ours, 'compared');
await comparison.prepare();
const wanted = values.resources?.split(',');
const objects = readObjects(values.objects);
const total = { asked: 0, differing: 0 };
for (const kind of await kindsOf(reference, ours)) {
  if (wanted && !wanted.includes(kind.resource) && !wanted.includes(`${kind.resource}.${kind.group}`)) continue;
  const own = objects.get(`${apiVersionOf(kind)}/${kind.kind}`) ?? [];
  for (const mode of values.modes.split(',') as Mode[]) {
    if (!own.length || (mode === 'status' && !kind.hasStatus)) continue;
    const { asked, findings } = await comparison.run(kind, mode, own);
    const differing = findings.reduce((sum, finding) => sum + finding.times, 0);
    total.asked += asked;
    total.differing += differing;
    console.log(`${apiVersionOf(kind)} ${kind.kind} ${mode}: ${asked} asked, ${differing} differ`);
    for (const finding of findings.slice(0, Number(values.examples))) console.log(example(finding));
  }
}
console.log(`${total.asked} asked, ${total.differing} differ`);
reference.close();
ours.close();

function example({ what, times, differences }: Finding): string {
  const lines = differences.slice(0, 3).map(({ at, reference: theirs, ours: own }) => {
    const [shownTheirs, shownOwn] = excerpts(JSON.stringify(theirs) ?? 'absent', JSON.stringify(own) ?? 'absent');
    return `    ${at}\n      reference ${shownTheirs}\n      ours      ${shownOwn}`;
  });
  return [`  ${times} times, such as ${what}`, ...lines].join('\n');
}
