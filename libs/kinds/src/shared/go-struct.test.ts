import { describe, expect, test } from '@jest/globals';
import { goQuantity, goStruct, keyOf } from './go-struct';

const none = 'd:resource.infDecAmount{Dec:(*inf.Dec)(nil)}';

test.each([
  ['Name', 'name'],
  ['HostIP', 'hostIP'],
  ['DNSPolicy', 'dnsPolicy'],
  ['TTY', 'tty'],
  ['OS', 'os'],
  ['IP', 'ip'],
  ['CephFS', 'cephfs'],
  ['AWSElasticBlockStore', 'awsElasticBlockStore'],
  ['SetHostnameAsFQDN', 'setHostnameAsFQDN'],
])('keyOf %s is %s', (name, key) => {
  expect(keyOf(name)).toBe(key);
});

test.each([
  ['2500m', 'value:2500, scale:-3', 'DecimalSI'],
  ['2', 'value:2, scale:0', 'DecimalSI'],
  ['1Gi', 'value:1073741824, scale:0', 'BinarySI'],
  ['5k', 'value:5, scale:3', 'DecimalSI'],
  ['-1.5', 'value:-15, scale:-1', 'DecimalSI'],
  ['3e2', 'value:3, scale:2', 'DecimalExponent'],
  ['2E', 'value:2, scale:18', 'DecimalSI'],
])('goQuantity %s', (text, amount, format) => {
  expect(goQuantity(text)).toBe(
    `resource.Quantity{i:resource.int64Amount{${amount}}, ${none}, s:"${text}", Format:"${format}"}`,
  );
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
