import { describe, expect, test } from '@jest/globals';
import { goQuantity } from './go-quantity';
import { goStruct, keyOf } from './go-struct';

test.each([
  ['Name', 'name'],
  ['HostIP', 'hostIP'],
  ['DNSPolicy', 'dnsPolicy'],
  ['TTY', 'tty'],
  ['CIDRs', 'cidrs'],
  ['OS', 'os'],
  ['IP', 'ip'],
  ['CephFS', 'cephfs'],
  ['AWSElasticBlockStore', 'awsElasticBlockStore'],
  ['SetHostnameAsFQDN', 'setHostnameAsFQDN'],
])('keyOf %s is %s', (name, key) => {
  expect(keyOf(name)).toBe(key);
});

describe('goStruct', () => {
  test('lists, maps, pointers, amounts and what is embedded', () => {
    const claims = 'Claims:[]core.ResourceClaim(nil)';
    const amounts = { limits: { memory: '1Gi', cpu: '1' } };
    expect(goStruct('core.ResourceRequirements', amounts)).toBe(
      `core.ResourceRequirements{Limits:core.ResourceList{"cpu":${goQuantity('1')}, "memory":${goQuantity('1Gi')}}, ` +
        `Requests:core.ResourceList(nil), ${claims}}`,
    );
    expect(goStruct('core.HostAlias', { ip: '1.2.3.4', hostnames: [] })).toBe(
      'core.HostAlias{IP:"1.2.3.4", Hostnames:[]string{}}',
    );
    expect(goStruct('core.EnvVar', { name: 'A', valueFrom: {} })).toBe(
      'core.EnvVar{Name:"A", Value:"", ValueFrom:(*core.EnvVarSource)(0xc000000000)}',
    );
    expect(goStruct('core.Volume', { name: 'v', nfs: {} }, 20)).toContain(
      'core.Volume{Name:"v", VolumeSource:core.VolumeSource{HostPath:(*core.HostPathVolumeSource)(nil), ',
    );
  });

  test('a pod template has the fields of its release', () => {
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const shown = (release: 20 | 33) => goStruct('core.PodTemplateSpec', template, release);
    expect(shown(20)).toContain('Labels:map[string]string{"a":"b"}');
    expect(shown(20)).toContain('ClusterName:""');
    expect(shown(20)).not.toContain('SchedulingGates');
    expect(shown(33)).not.toContain('ClusterName');
    expect(shown(33)).toContain('SchedulingGates:[]core.PodSchedulingGate(nil)');
    expect(shown(33)).toContain(
      'RestartPolicy:(*core.ContainerRestartPolicy)(nil), VolumeMounts:[]core.VolumeMount(nil)',
    );
  });
});
