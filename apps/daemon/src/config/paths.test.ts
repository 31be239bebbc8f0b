import { ConfigSchema } from '@quorate/core/config/schema';
import { describe, expect, it } from 'vitest';
import { resolvePaths } from './paths';
import { redactConfig } from './redact-config';

describe('resolvePaths', () => {
  it('derives everything from the data directory', () => {
    expect(resolvePaths(ConfigSchema.parse({ data_dir: '/srv/q/' }), { isRoot: true })).toEqual({
      dataDir: '/srv/q',
      etcdDataDir: '/srv/q/etcd',
      caCertFile: '/srv/q/ca/cluster-ca.crt',
      caKeyFile: '/srv/q/ca/cluster-ca.key',
      adminSocket: '/srv/q/admin.sock',
    });
  });

  it('puts the admin socket into /run for root with the default data directory only', () => {
    expect(resolvePaths(ConfigSchema.parse({}), { isRoot: true }).adminSocket).toBe('/run/quorate/admin.sock');
    expect(resolvePaths(ConfigSchema.parse({}), { isRoot: false }).adminSocket).toBe('/var/lib/quorate/admin.sock');
  });

  it('takes what is given', () => {
    const config = ConfigSchema.parse({
      etcd: { data_dir: '/e' },
      cluster_ca: { cert_file: '/c', key_file: '/k' },
      listeners: { admin_socket: { path: '/s' } },
    });
    expect(resolvePaths(config)).toMatchObject({ etcdDataDir: '/e', caCertFile: '/c', caKeyFile: '/k', adminSocket: '/s' });
  });

  it('makes relative paths absolute', () => {
    expect(resolvePaths(ConfigSchema.parse({ data_dir: 'x' })).etcdDataDir).toBe(`${process.cwd()}/x/etcd`);
  });
});

describe('redactConfig', () => {
  it('hides the token, shows durations as text and leaves the configuration alone', () => {
    const config = ConfigSchema.parse({ cluster_join: { cp_url: 'https://h:8443', token: 'secret' } });
    const shown = redactConfig(config);
    expect(JSON.stringify(shown)).not.toContain('"secret"');
    expect(shown).toMatchObject({ cluster_join: { token: '(hidden)', timeout: '30s' }, membership: { evict_after: '5m' } });
    expect(config.cluster_join?.token).toBe('secret');
  });

  it('is a valid configuration again when there was no secret', () => {
    const config = ConfigSchema.parse({ etcd: { heartbeat_interval: '50ms', election_timeout: '600ms' } });
    expect(ConfigSchema.parse(redactConfig(config))).toEqual(config);
  });
});
