/**
 * The one configuration schema: file, environment and flags all end here. `describe()` texts become docs/reference/config.md.
 * Shape and single-key rules are here; rules over several keys are in `rules.ts`.
 */
import { z } from 'zod';
import { MemberNameSchema } from '../cluster/member';
import { DurationSchema } from './duration';

const duration = (fallback: string) => DurationSchema.prefault(fallback);

export const EtcdConfigSchema = z.strictObject({
  mode: z
    .enum(['single', 'bootstrap', 'join'])
    .default('single')
    .describe('How a replica without data starts. A replica with data always resumes, whatever this says.'),
  name: MemberNameSchema.default('quorate-0').describe('Name of this member, unique within the cluster.'),
  data_dir: z.string().min(1).optional().describe('Directory of the etcd member. Default: <data_dir>/etcd.'),
  peer_url: z.string().default('auto').describe('Raft peer URL, https://host:2380. "auto" takes the routable IPv4 address of this host and port 2380.'),
  client_url: z.string().default('https://127.0.0.1:2379').describe('Client URL of the member; loopback only, mutual TLS.'),
  initial_cluster: z.string().optional().describe('Mode bootstrap: all members, "n0=https://10.0.0.10:2380,n1=https://10.0.0.11:2380".'),
  cluster_token: z.string().min(1).max(128).default('quorate-cluster').describe('Isolates clusters that share a network; the same on all members.'),
  binary: z.string().min(1).default('etcd').describe('The etcd executable: a name on PATH or a path.'),
  timer_profile: z
    .enum(['default', 'lan', 'fast', 'auto'])
    .default('default')
    .describe(
      'Heartbeat / election time-out: default 100/1000 ms, lan 50/500, fast 20/250; auto chooses from measured round-trip and fsync. Unsafe choices are refused at start.',
    ),
  heartbeat_interval: DurationSchema.optional().describe('Overrides the profile; with election_timeout.'),
  election_timeout: DurationSchema.optional().describe('Overrides the profile; more than 5 × heartbeat_interval.'),
  quota_backend_bytes: z.number().int().min(16_777_216).max(8_589_934_592).default(2_147_483_648).describe('Largest size of the database, in bytes.'),
});

export const ClusterJoinConfigSchema = z.strictObject({
  cp_url: z.string().describe('Replica listener of the cluster, https://host:8443; several separated by commas.'),
  token: z.string().min(1).max(256).optional().describe('Join token. Prefer token_path: this one is readable in the file.').meta({ secret: true }),
  token_path: z.string().min(1).optional().describe('File that holds the join token; removed once it is used.'),
  ca_fingerprint: z.string().optional().describe('Pinned fingerprint of the cluster CA, sha256:<64 hex digits>.'),
  timeout: duration('30s').describe('How long the cluster may take to answer before the join gives up; "quorated join" again continues it.'),
});

export const ListenerSchema = z.strictObject({
  address: z.string().describe('host:port to listen on.'),
  advertise_url: z.string().default('auto').describe('URL under which others reach this listener. "auto" takes the host of etcd.peer_url.'),
});

export const ConfigSchema = z.strictObject({
  data_dir: z.string().min(1).default('/var/lib/quorate').describe('Everything this replica keeps: identity, certificates, etcd data.'),
  etcd: EtcdConfigSchema.prefault({}),
  cluster_join: ClusterJoinConfigSchema.optional().describe('Needed in mode join.'),
  cluster_ca: z
    .strictObject({
      cert_file: z.string().min(1).optional().describe('Cluster CA certificate. Default: <data_dir>/ca/cluster-ca.crt.'),
      key_file: z.string().min(1).optional().describe('Cluster CA key. Default: <data_dir>/ca/cluster-ca.key.'),
    })
    .prefault({}),
  listeners: z
    .strictObject({
      public: ListenerSchema.extend({
        address: z.string().default('0.0.0.0:8080').describe('host:port of dashboard, API and health routes.'),
        tls: z
          .enum(['auto', 'off'])
          .default('auto')
          .describe('auto: a certificate of the cluster CA. off: plain HTTP, only on a loopback address or behind a proxy.'),
        behind_proxy: z.boolean().default(false).describe('A proxy on this host or network ends TLS in front of the public listener.'),
      }).prefault({}),
      replica: ListenerSchema.extend({
        address: z.string().default('0.0.0.0:8443').describe('host:port for other replicas and joiners (TLS 1.3, cluster CA).'),
      }).prefault({}),
      admin_socket: z
        .strictObject({
          path: z
            .string()
            .min(1)
            .max(107)
            .optional()
            .describe(
              'Unix socket for local administration. Default: /run/quorate/admin.sock for root with the default data_dir, <data_dir>/admin.sock otherwise.',
            ),
        })
        .prefault({}),
    })
    .prefault({}),
  membership: z
    .strictObject({
      promote_interval: duration('15s').describe('Tick of the promote loop, which also wakes on "caught up".'),
      promote_max_lag: z.number().int().min(1).max(1_000_000).default(1000).describe('A learner is promoted only within this many log entries of the leader.'),
      evict_after: duration('5m').describe('A learner without progress for this long is removed.'),
    })
    .prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severe level that is logged.') }).prefault({}),
  workers: z
    .strictObject({
      backup: z
        .strictObject({
          enabled: z.boolean().default(false).describe('Master switch of periodic snapshots.'),
          interval: duration('6h').describe('Time between snapshots.'),
          dir: z.string().default('').describe('Directory that snapshots are written to; required when enabled.'),
          retention: z.number().int().default(7).describe('Number of newest snapshots to keep.'),
        })
        .prefault({}),
    })
    .prefault({}),
});

/** The parsed configuration: every default applied, durations in milliseconds. */
export type Config = z.output<typeof ConfigSchema>;
