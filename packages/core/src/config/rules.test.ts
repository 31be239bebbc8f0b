import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { formatJoinToken } from '../join/token';
import { checkRules } from './rules';
import { ConfigSchema } from './schema';

type Input = z.input<typeof ConfigSchema>;

const problemsOf = (input: Input): string[] =>
  checkRules(ConfigSchema.parse(input)).map(({ key, value, rule }) => `${key} = ${value === undefined ? '(missing)' : JSON.stringify(value)}: ${rule}`);

const FINGERPRINT = `sha256:${'ab'.repeat(32)}`;
const join = { cp_url: 'https://10.0.0.10:8443', token_path: '/etc/quorate/token', ca_fingerprint: FINGERPRINT };
const TOKEN = formatJoinToken({ id: 'abcdefghij', secret: new Uint8Array(32) });
const pair = 'n0=https://10.0.0.10:2380,n1=https://10.0.0.11:2380';

describe('checkRules accepts', () => {
  it.each<[string, Input]>([
    ['the defaults', {}],
    ['a join with a token file', { etcd: { mode: 'join', name: 'n2' }, cluster_join: join }],
    [
      'a join with an inline token and several addresses',
      {
        etcd: { mode: 'join' },
        cluster_join: { cp_url: 'https://10.0.0.10:8443, https://[fd00::1]:8443', token: TOKEN, ca_fingerprint: FINGERPRINT },
      },
    ],
    ['a join block that stayed in a single replica', { cluster_join: { cp_url: 'https://h:8443' } }],
    ['a bootstrap that contains itself', { etcd: { mode: 'bootstrap', name: 'n1', peer_url: 'https://10.0.0.11:2380', initial_cluster: pair } }],
    ['plain HTTP on loopback', { listeners: { public: { address: '127.0.0.1:8080', tls: 'off' } } }],
    ['plain HTTP behind a proxy', { listeners: { public: { tls: 'off', behind_proxy: true, advertise_url: 'http://10.0.0.1:80' } } }],
    ['timers that keep the ratio', { etcd: { heartbeat_interval: '100ms', election_timeout: '501ms' } }],
    [
      'equal ports on different addresses',
      {
        etcd: { peer_url: 'https://127.0.0.11:2380', client_url: 'https://127.0.0.1:2379' },
        listeners: { public: { address: '127.0.0.12:2380' }, replica: { address: '127.0.0.11:2379' } },
      },
    ],
    ['ports that the system chooses', { listeners: { public: { address: '127.0.0.1:0' }, replica: { address: '127.0.0.1:0' } } }],
  ])('%s', (_title, input) => {
    expect(problemsOf(input)).toEqual([]);
  });
});

describe('checkRules refuses', () => {
  it.each<[string, Input, RegExp]>([
    ['mode join without its block', { etcd: { mode: 'join' } }, /^cluster_join = \(missing\): is required in mode join/],
    [
      'a join without the pin',
      { etcd: { mode: 'join' }, cluster_join: { ...join, ca_fingerprint: undefined } },
      /^cluster_join\.ca_fingerprint = \(missing\): is required in mode join/,
    ],
    [
      'a pin of the wrong form',
      { etcd: { mode: 'join' }, cluster_join: { ...join, ca_fingerprint: 'AB:CD' } },
      /ca_fingerprint = "AB:CD": must be "sha256:" and 64/,
    ],
    [
      'both token and token_path',
      { etcd: { mode: 'join' }, cluster_join: { ...join, token: TOKEN } },
      /cluster_join\.token = "qrt_join_.*": must not be given beside cluster_join\.token_path: exactly one/,
    ],
    [
      'neither token nor token_path',
      { etcd: { mode: 'join' }, cluster_join: { ...join, token_path: undefined } },
      /token_path = \(missing\): is required .* exactly one/,
    ],
    [
      'a token with a wrong character',
      { cluster_join: { ...join, token_path: undefined, token: TOKEN.replace('aaaa', 'aaba') } },
      /token = .* is not a join token .*, or a character of it is wrong/,
    ],
    ['a token where its file belongs', { cluster_join: { ...join, token_path: TOKEN } }, /token_path = .* must be the path of a file/],
    [
      'a plain cp_url',
      { etcd: { mode: 'join' }, cluster_join: { ...join, cp_url: 'http://10.0.0.10:8443' } },
      /cp_url = "http:\/\/10\.0\.0\.10:8443": must be https: the token travels over it/,
    ],
    ['a cp_url without port', { cluster_join: { ...join, cp_url: 'https://10.0.0.10' } }, /cp_url .* must be https:\/\/host:port of a replica listener/],
    ['a second cp_url that is none', { cluster_join: { ...join, cp_url: 'https://h:8443,nonsense' } }, /cp_url/],
    ['a join time-out of nothing', { cluster_join: { ...join, timeout: '0s' } }, /timeout = "0ms": must be between 1s and 1h/],
    ['a bootstrap without the list', { etcd: { mode: 'bootstrap' } }, /etcd\.initial_cluster = \(missing\): is required in mode bootstrap/],
    [
      'a bootstrap without itself',
      { etcd: { mode: 'bootstrap', name: 'n9', initial_cluster: pair } },
      /must contain this member itself: etcd\.name is n9, the list has n0, n1/,
    ],
    [
      'a bootstrap with another URL for itself',
      { etcd: { mode: 'bootstrap', name: 'n1', peer_url: 'https://10.0.0.99:2380', initial_cluster: pair } },
      /etcd\.peer_url = "https:\/\/10\.0\.0\.99:2380": must be the URL that etcd\.initial_cluster gives to n1: https:\/\/10\.0\.0\.11:2380/,
    ],
    ['a bootstrap with peer_url auto', { etcd: { mode: 'bootstrap', name: 'n1', initial_cluster: pair } }, /etcd\.peer_url = "auto": must be the URL/],
    ['a list outside mode bootstrap', { etcd: { initial_cluster: pair } }, /initial_cluster .*: must not be given in etcd\.mode single/],
    [
      'a name twice in the list',
      { etcd: { mode: 'bootstrap', name: 'n0', peer_url: 'https://a:1', initial_cluster: 'n0=https://a:1,n0=https://b:1' } },
      /the name n0 appears more than once/,
    ],
    [
      'a URL twice in the list',
      { etcd: { mode: 'bootstrap', name: 'n0', peer_url: 'https://a:1', initial_cluster: 'n0=https://a:1,n1=https://A:1' } },
      /the URL https:\/\/a:1 appears more than once/,
    ],
    [
      'a plain URL in the list',
      { etcd: { mode: 'bootstrap', name: 'n0', peer_url: 'https://a:1', initial_cluster: 'n0=https://a:1,n1=http://b:1' } },
      /the URL of n1, "http:\/\/b:1", must be https/,
    ],
    ['a list that is none', { etcd: { mode: 'bootstrap', initial_cluster: 'n0' } }, /must be name=https:\/\/host:port for each member/],
    [
      'a bad name in the list',
      { etcd: { mode: 'bootstrap', name: 'n0', peer_url: 'https://a:1', initial_cluster: 'n0=https://a:1,-x=https://b:1' } },
      /"-x" is not a member name/,
    ],
    [
      'a plain peer URL',
      { etcd: { peer_url: 'http://10.0.0.12:2380' } },
      /etcd\.peer_url = "http:\/\/10\.0\.0\.12:2380": must be https: peer traffic is always mutual TLS/,
    ],
    ['a peer URL with a path', { etcd: { peer_url: 'https://10.0.0.12:2380/raft' } }, /must end with the port: etcd refuses a path/],
    ['a peer URL without port', { etcd: { peer_url: 'https://10.0.0.12' } }, /must be https:\/\/host:port/],
    ['a peer URL that nobody can reach', { etcd: { peer_url: 'https://0.0.0.0:2380' } }, /must name an address under which/],
    ['a plain client URL', { etcd: { client_url: 'http://127.0.0.1:2379' } }, /etcd\.client_url .* must be https: only this daemon/],
    ['a client URL beyond loopback', { etcd: { client_url: 'https://10.0.0.12:2379' } }, /must be on a loopback address/],
    ['a client URL that only looks like loopback', { etcd: { client_url: 'https://127.0.0.1.example.org:2379' } }, /must be on a loopback address/],
    [
      'an election time-out of five heartbeats',
      { etcd: { heartbeat_interval: '100ms', election_timeout: '500ms' } },
      /election_timeout = "500ms": must be more than 5 × etcd\.heartbeat_interval \(5 × 100ms = 500ms\)/,
    ],
    ['a heartbeat alone', { etcd: { heartbeat_interval: '100ms' } }, /election_timeout = \(missing\): must be given together with etcd\.heartbeat_interval/],
    ['an election time-out alone', { etcd: { election_timeout: '1s' } }, /heartbeat_interval = \(missing\): must be given together/],
    ['an election time-out beyond what etcd takes', { etcd: { heartbeat_interval: '1s', election_timeout: '51s' } }, /must be at most 50s: etcd refuses more/],
    ['an address that is none', { listeners: { public: { address: '8080' } } }, /listeners\.public\.address = "8080": must be host:port/],
    [
      'an advertised path',
      { listeners: { replica: { advertise_url: 'https://h:8443/x' } } },
      /listeners\.replica\.advertise_url .* must be auto or https:\/\/host:port/,
    ],
    ['an advertised plain URL for TLS', { listeners: { public: { advertise_url: 'http://h:8080' } } }, /must be https: listeners\.public\.tls is auto/],
    [
      'plain HTTP for everybody',
      { listeners: { public: { tls: 'off' } } },
      /listeners\.public\.tls = "off": must be auto: listeners\.public\.address 0\.0\.0\.0:8080 is reachable/,
    ],
    [
      'one port for two listeners',
      { listeners: { replica: { address: '127.0.0.1:8080' } } },
      /listeners\.replica\.address = "127\.0\.0\.1:8080": must not use the port of listeners\.public\.address \(0\.0\.0\.0:8080\)/,
    ],
    ['the peer port for a listener', { listeners: { public: { address: '0.0.0.0:2380' } } }, /must not use the port of etcd\.peer_url \(auto\)/],
    ['the client port for the peer', { etcd: { peer_url: 'https://127.0.0.1:2379' } }, /etcd\.client_url .* must not use the port of etcd\.peer_url/],
    ['a member directory that is the data directory', { data_dir: '/d/', etcd: { data_dir: '/d' } }, /etcd\.data_dir = "\/d": must not be data_dir itself/],
    ['one file for certificate and key', { cluster_ca: { cert_file: '/a', key_file: '/a' } }, /must be another file than cluster_ca\.cert_file/],
    [
      'a CA certificate without its key',
      { cluster_ca: { cert_file: '/a' } },
      /cluster_ca\.key_file = \(missing\): must be given together with cluster_ca\.cert_file/,
    ],
    [
      'an eviction before the next tick',
      { membership: { evict_after: '15s' } },
      /evict_after = "15s": must be longer than membership\.promote_interval \(15s\)/,
    ],
    ['a tick of nothing', { membership: { promote_interval: '0s' } }, /promote_interval = "0ms": must be between 100ms and 10m/],
    ['a backup every nothing', { workers: { backup: { interval: '0s' } } }, /workers\.backup\.interval = "0ms": must be longer than zero/],
    ['a retention of nothing', { workers: { backup: { retention: 0 } } }, /workers\.backup\.retention = 0: must be at least 1/],
    ['a negative retention', { workers: { backup: { retention: -1 } } }, /must be at least 1/],
    ['backups without a place', { workers: { backup: { enabled: true } } }, /workers\.backup\.dir = "": is required while workers\.backup\.enabled/],
    [
      'backups, which this version cannot make',
      { workers: { backup: { enabled: true, dir: '/b' } } },
      /workers\.backup\.enabled = true: must be false: the backup worker is not part of this version yet/,
    ],
  ])('%s', (_title, input, message) => {
    expect(problemsOf(input).join('\n')).toMatch(new RegExp(message, 'm'));
  });

  it('several things at once, each by name', () => {
    expect(problemsOf({ etcd: { peer_url: 'http://h:2380', client_url: 'http://h:2379' }, workers: { backup: { retention: -3 } } })).toHaveLength(3);
  });
});
