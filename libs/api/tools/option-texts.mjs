// option-texts.mjs: what the installed client says of the query parameters of requests.
// Options (ListOptions, PodLogOptions …) have no models there: their fields are parameters of its functions, described in comments.
import fs from 'node:fs';
import path from 'node:path';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const CORE = 'io.k8s.api.core.v1';

/** FUNCTIONS name for each kind of options a function of CoreV1Api that takes its fields. */
const FUNCTIONS = {
  [`${META}.ListOptions`]: 'listNamespacedPod',
  [`${META}.GetOptions`]: 'listNamespacedPod',
  [`${META}.CreateOptions`]: 'createNamespacedPod',
  [`${META}.UpdateOptions`]: 'replaceNamespacedPod',
  [`${META}.PatchOptions`]: 'patchNamespacedPod',
  [`${CORE}.PodLogOptions`]: 'readNamespacedPodLog',
  [`${CORE}.PodExecOptions`]: 'connectGetNamespacedPodExec',
  [`${CORE}.PodAttachOptions`]: 'connectGetNamespacedPodAttach',
  [`${CORE}.PodPortForwardOptions`]: 'connectGetNamespacedPodPortforward',
  [`${CORE}.PodProxyOptions`]: 'connectGetNamespacedPodProxy',
  [`${CORE}.ServiceProxyOptions`]: 'connectGetNamespacedServiceProxy',
  [`${CORE}.NodeProxyOptions`]: 'connectGetNodeProxy',
};

/** optionTexts answers the descriptions of the fields of options, by definition and field; `gen` is the client's generated folder. */
export function optionTexts(gen) {
  const source = fs.readFileSync(path.join(gen, 'apis/CoreV1Api.js'), 'utf8');
  const texts = new Map();
  for (const [definition, name] of Object.entries(FUNCTIONS)) {
    const end = source.indexOf(`    async ${name}(`);
    if (end < 0) throw new Error(`the installed client has no function ${name}`);
    const comment = source.slice(source.lastIndexOf('/**', end), end);
    for (const [, field, text] of comment.matchAll(/^ +\* @param (\w+) (.*)$/gm))
      texts.set(`${definition}.${field.replace(/^_/, '')}`, plain(text));
  }
  return texts;
}

const ENTITIES = { quot: '"', '#39': "'", '#x60': '`', '#x3D': '=', lt: '<', gt: '>', amp: '&' };

/** plain undoes what the client's generator does to quotes. */
function plain(text) {
  return text.replace(/\\?&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole).trim();
}
