import { isAppError } from '@quorate/core/errors/app-error';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { editConfigForJoin, type JoinEdit } from './edit-config-for-join';

const edit: JoinEdit = {
  name: 'quorate-1',
  cpUrl: 'https://10.0.0.10:8443',
  caFingerprint: `sha256:${'ab'.repeat(32)}`,
  tokenPath: '/var/lib/quorate/cluster-join-token',
};
const run = (text: string, over: Partial<JoinEdit> = {}): string => editConfigForJoin(text, { ...edit, ...over }, 'quorate.yaml');

describe('editConfigForJoin', () => {
  it('keeps comments, order and every other key', () => {
    const before = `# Host 2, rack B
data_dir: /srv/quorate   # on the fast disk

etcd:
  # the name is set by hand
  name: quorate-0 # old
  mode: single
  binary: "/opt/etcd/etcd"

# listeners stay
listeners:
  public: { address: "0.0.0.0:9000" }
`;
    expect(run(before)).toBe(`# Host 2, rack B
data_dir: /srv/quorate # on the fast disk

etcd:
  # the name is set by hand
  name: quorate-1 # old
  mode: join
  binary: "/opt/etcd/etcd"

# listeners stay
listeners:
  public: { address: "0.0.0.0:9000" }
cluster_join:
  cp_url: https://10.0.0.10:8443
  token_path: /var/lib/quorate/cluster-join-token
  ca_fingerprint: sha256:${'ab'.repeat(32)}
`);
  });

  it.each(['', '# only a comment\n', 'etcd:\n', 'etcd:\ncluster_join:\n'])('fills a file that sets nothing: %j', (text) => {
    expect(parse(run(text))).toEqual({
      etcd: { mode: 'join', name: 'quorate-1' },
      cluster_join: { cp_url: edit.cpUrl, token_path: edit.tokenPath, ca_fingerprint: edit.caFingerprint },
    });
    if (text.startsWith('#')) expect(run(text)).toContain('# only a comment');
  });

  it('replaces an older join, and with it an inline token and the list of a bootstrap', () => {
    const before = 'etcd:\n  mode: bootstrap\n  initial_cluster: n0=https://a:1\ncluster_join:\n  cp_url: https://old:8443\n  token: old\n  timeout: 1m\n';
    expect(parse(run(before, { clusterToken: 'blue', peerUrl: 'https://10.0.0.12:2380', timeout: '2m' }))).toEqual({
      etcd: { mode: 'join', name: 'quorate-1', peer_url: 'https://10.0.0.12:2380', cluster_token: 'blue' },
      cluster_join: { cp_url: edit.cpUrl, token_path: edit.tokenPath, ca_fingerprint: edit.caFingerprint, timeout: '2m' },
    });
    expect(parse(run(before)).cluster_join.timeout).toBe('1m');
  });

  it('gives the same text when it is applied twice', () => {
    const once = run('# c\netcd: { name: a }\n');
    expect(run(once)).toBe(once);
  });

  it('quotes a name that YAML would read as something else', () => {
    expect(parse(run('', { name: '12' })).etcd.name).toBe('12');
  });

  it('refuses a text that is not a configuration', () => {
    try {
      run('etcd: [1\n');
      expect.unreachable();
    } catch (error) {
      expect(isAppError(error, 'CONFIG_INVALID')).toBe(true);
    }
  });
});
