import type { EtcdFlags } from './api';

/**
 * The command line of a member.
 *
 * What is the same for every member of every cluster stands here with its reason; what differs comes from EtcdFlags. The
 * `experimental-` names are those of etcd 3.5, which 3.6 still takes.
 */
export const etcdArguments = (flags: EtcdFlags): string[] => [
  `--name=${flags.name}`,
  `--data-dir=${flags.dataDir}`,

  `--listen-peer-urls=${flags.listenPeerUrl}`,
  `--initial-advertise-peer-urls=${flags.peerUrl}`,
  `--listen-client-urls=${flags.clientUrl}`,
  `--advertise-client-urls=${flags.clientUrl}`,
  // The JSON gateway is one more way in that nobody uses, and it would need the server certificate to be a client's too.
  '--enable-grpc-gateway=false',

  // Read only while the data directory is empty: a member with data knows its cluster.
  `--initial-cluster=${flags.initialCluster}`,
  `--initial-cluster-state=${flags.initialClusterState}`,
  `--initial-cluster-token=${flags.clusterToken}`,

  `--heartbeat-interval=${flags.heartbeatMs}`,
  `--election-timeout=${flags.electionMs}`,
  // A member that comes back from behind a partition asks before it calls an election: without it, healing costs a second outage.
  '--pre-vote=true',

  `--quota-backend-bytes=${flags.quotaBackendBytes}`,
  // Keeps one hour of history for watches that resume; older revisions are dropped.
  '--auto-compaction-mode=periodic',
  '--auto-compaction-retention=1h',

  // Before a member with data serves, it compares its hash with the others' and refuses to start when it is the odd one out.
  '--experimental-initial-corrupt-check=true',
  // The leader compares all members every four hours. A mismatch raises CORRUPT, which stops every write of the whole cluster
  // until the alarm is disarmed: an outage, but the alternative is to serve and replicate wrong values in silence. Four hours
  // keep the cost of hashing the database (one full read on every member) negligible.
  '--experimental-corrupt-check-time=4h',

  `--peer-cert-file=${flags.peer.certFile}`,
  `--peer-key-file=${flags.peer.keyFile}`,
  `--peer-trusted-ca-file=${flags.peer.caFile}`,
  '--peer-client-cert-auth=true',
  // The name carries cluster and generation, so a member of an older generation is rejected by etcd itself.
  `--peer-cert-allowed-cn=${flags.peer.allowedCn}`,
  // etcd would compare a peer's certificate with the source address of its connection, which behind NAT or on loopback is another.
  // CA and name decide who is a peer; an address proves nothing.
  '--experimental-peer-skip-client-san-verification=true',

  `--cert-file=${flags.client.certFile}`,
  `--key-file=${flags.client.keyFile}`,
  `--trusted-ca-file=${flags.client.caFile}`,
  '--client-cert-auth=true',

  '--logger=zap',
  '--log-outputs=stderr',
  '--log-level=info',
];
