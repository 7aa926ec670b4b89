// The whole cluster as a person meets it: ./navarch up, then kubectl. The sections stand in an order in which the first
// failure tells most: what the API answers, one pod, many pods, services, everything around them, and at last crashes.
import { afterAll, beforeAll, describe, jest, test } from '@jest/globals';
import { E2eCluster, whyNot } from './e2e-cluster';
import { apiSection } from './sections/api';
import { clientsSection } from './sections/clients';
import { configSection } from './sections/config';
import { crashesSection } from './sections/crashes';
import { namespacesSection } from './sections/namespaces';
import { nodeSection } from './sections/node';
import { podsSection } from './sections/pods';
import { prometheusSection } from './sections/prometheus';
import { servicesSection } from './sections/services';
import { streamsSection } from './sections/streams';
import { workloadsSection } from './sections/workloads';

jest.setTimeout(180_000);
const reason = whyNot();

if (reason !== undefined) {
  process.stderr.write(`\n*** end-to-end tests SKIPPED: ${reason} ***\n\n`);
  test.skip(`needs a machine with real containers (${reason})`, () => undefined);
} else {
  describe.each([
    ['over NATS', { index: 8, workers: 1 }],
    ['over HTTPS', { index: 9, workers: 2, flags: ['--transport', 'https'] }],
  ])('a cluster whose components talk %s', (_, start) => {
    const cluster = new E2eCluster(start);
    beforeAll(() => cluster.up(), 400_000);
    afterAll(() => cluster.down(), 120_000);

    nodeSection(cluster);
    apiSection(cluster);
    podsSection(cluster);
    configSection(cluster);
    servicesSection(cluster);
    workloadsSection(cluster);
    streamsSection(cluster);
    namespacesSection(cluster);
    clientsSection(cluster);
    prometheusSection(cluster);
    crashesSection(cluster);
  });
}
