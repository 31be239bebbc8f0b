/**
 * The words of every condition: what is wrong, why it matters, what shows it, what to do.
 *
 * A code without an entry does not compile, and neither does an entry whose facts are not declared. Deciding whether a condition holds
 * is `evaluate.ts`; a condition never decides anything itself.
 */
import type { Condition, ConditionCode } from './condition';

/** What each condition needs to know. Sizes in bytes, times in milliseconds. */
export type ConditionFacts = {
  NO_QUORUM: { readonly voters: number; readonly needed: number; readonly reachable: number; readonly down: readonly string[] };
  NO_LEADER: { readonly reachable: number; readonly voters: number };
  TOLERANCE_ZERO: { readonly voters: number; readonly reachable: number; readonly down: readonly string[] };
  EVEN_VOTERS: { readonly voters: number; readonly toleranceNominal: number };
  MEMBER_UNREACHABLE: { readonly name: string; readonly lastContactAt: string | null };
  LEARNER_STALLED: { readonly name: string; readonly reason: string };
  LEARNER_DANGLING: { readonly id: string; readonly name: string; readonly peerUrl: string };
  JOIN_UNDONE: { readonly name: string; readonly reason: string; readonly agoMs: number };
  DATABASE_NEARLY_FULL: { readonly name: string; readonly sizeBytes: number; readonly quotaBytes: number };
  ALARM_NOSPACE: { readonly message: string };
  ALARM_CORRUPT: { readonly message: string };
  ETCD_RESTARTING: { readonly name: string; readonly restarts: number; readonly reason: string };
  ETCD_ADVISORY: { readonly versions: readonly string[]; readonly names: readonly string[] };
  CERTIFICATE_EXPIRING: { readonly name: string; readonly file: string; readonly leftMs: number; readonly notAfter: string };
  CA_KEY_MISSING: { readonly name: string };
  VERSION_SKEW: { readonly what: 'Quorate' | 'etcd'; readonly versions: readonly string[] };
  MODE_IGNORED: { readonly name: string };
  RECORD_UNREADABLE: { readonly keys: readonly string[] };
};

type Entry<Code extends ConditionCode> = (facts: ConditionFacts[Code]) => Omit<Condition, 'code'>;

const DAY_MS = 86_400_000;
/** A certificate with less than this left is about to stop the replica at its next restart. */
export const CERTIFICATE_CRITICAL_MS = 7 * DAY_MS;
/** Above this part of its quota the database needs somebody today. */
export const DATABASE_CRITICAL_PART = 0.95;

const aboutQuorum = {
  NO_QUORUM: ({ voters, needed, reachable, down }) => ({
    severity: 'critical',
    title: 'Nothing can be written: a majority of voters is down.',
    why: 'Every write needs the consent of a majority, so that no replica can go its own way.',
    evidence: `${reachable} of ${voters} voters are up, ${needed} are needed; down: ${list(down)}`,
    remedy: `Start ${needed - reachable} of the replicas that are down. They rejoin by themselves with the data they have. Do not remove members and do not delete data directories.`,
    subject: null,
  }),
  NO_LEADER: ({ reachable, voters }) => ({
    severity: 'critical',
    title: 'There is no leader: writes wait.',
    why: 'An election is in progress or cannot be won. It usually takes one or two election time-outs.',
    evidence: `${reachable} of ${voters} voters are up, none leads`,
    remedy: 'Wait a few seconds. If it lasts, look at the network between the replicas and at their clocks and disks.',
    subject: null,
  }),
  TOLERANCE_ZERO: ({ voters, reachable, down }) =>
    voters === 1
      ? {
          severity: 'info',
          title: 'There is one replica: its loss is the loss of the service and its data.',
          why: 'A cluster of one has no redundancy.',
          evidence: '1 voter',
          remedy: 'Add two replicas: "quorate cluster join-token create --max-uses 2", then "quorated join" on each.',
          subject: null,
        }
      : {
          severity: 'warning',
          title: 'The next failure stops all writes.',
          why: 'Exactly as many voters are up as a majority needs.',
          evidence: `${reachable} of ${voters} voters are up${down.length > 0 ? `; down: ${list(down)}` : ''}`,
          remedy:
            down.length > 0
              ? `Bring ${list(down)} back, or replace it.`
              : 'Add a replica: "quorate cluster join-token create", then "quorated join" on a new host.',
          subject: null,
        },
  EVEN_VOTERS: ({ voters, toleranceNominal }) => ({
    severity: 'info',
    title: 'The number of voters is even.',
    why: `${voters} voters survive no more failures than ${voters - 1}, and need one more vote for every write.`,
    evidence: `${voters} voters, tolerance ${toleranceNominal}`,
    remedy: 'Add one replica, or remove one.',
    subject: null,
  }),
} satisfies Partial<{ [Code in ConditionCode]: Entry<Code> }>;

const aboutMembers = {
  MEMBER_UNREACHABLE: ({ name, lastContactAt }) => ({
    severity: 'warning',
    title: `${name} does not answer.`,
    why: 'It may be down, or the network in between. Until it is back the cluster survives one failure less.',
    evidence: lastContactAt === null ? 'never heard of since this replica started' : `last heard of at ${lastContactAt}`,
    remedy: `Look at the host of ${name}: is quorated running, is its replica port open? It rejoins by itself, after any absence.`,
    subject: name,
  }),
  LEARNER_STALLED: ({ name, reason }) => ({
    severity: 'warning',
    title: `${name} is joining and does not get on.`,
    why: 'One replica joins at a time: others wait for it. It is removed when this lasts.',
    evidence: reason,
    remedy: `Look at the log of quorated on ${name}. The same "quorated join" command continues, or starts again once it was removed.`,
    subject: name,
  }),
  LEARNER_DANGLING: ({ id, name, peerUrl }) => ({
    severity: 'warning',
    title: `Learner ${name || id} belongs to no join.`,
    why: 'It has no vote and does no harm, but nobody else can join before it is gone or promoted.',
    evidence: `member ${id}, ${peerUrl}, and no record of a join`,
    remedy: `Remove it: "quorate cluster member remove ${id}". Otherwise it is removed by itself when it makes no progress.`,
    subject: name || id,
  }),
  JOIN_UNDONE: ({ name, reason, agoMs }) => ({
    severity: 'warning',
    title: `The join of ${name} was undone.`,
    why: 'The cluster is as it was before, and the use of the token was given back.',
    evidence: `${reason || 'no reason was recorded'}; ${ago(agoMs)}`,
    remedy: `Correct the reason and run the same "quorated join" command on ${name} again.`,
    subject: name,
  }),
  ETCD_RESTARTING: ({ name, restarts, reason }) => ({
    severity: 'critical',
    title: `etcd on ${name} keeps stopping.`,
    why: 'This replica counts as down while its etcd is.',
    evidence: `${restarts === 1 ? '1 restart' : `${restarts} restarts`}; last reason: ${reason}`,
    remedy: 'Read the last lines of its log: "journalctl -u quorated" on that host.',
    subject: name,
  }),
  ETCD_ADVISORY: ({ versions, names }) => ({
    severity: 'info',
    title: 'This etcd version has known defects in membership.',
    why: 'Before 3.5.26 a removed member may come back after a restore or an upgrade to 3.6 ("zombie members", "too many learners").',
    evidence: `etcd ${list(versions)} on ${list(names)}`,
    remedy: 'Upgrade etcd to 3.5.26 or newer on each replica, one after the other, and before any upgrade to 3.6.',
    subject: null,
  }),
  CA_KEY_MISSING: ({ name }) => ({
    severity: 'warning',
    title: `${name} is a voter without the CA key.`,
    why: 'It cannot admit joiners or renew its own certificates.',
    evidence: 'the file is missing; a new voter fetches it from another one',
    remedy: 'Nothing while other voters are up: it tries again by itself. If it lasts, look at the replica port (8443) of the other voters.',
    subject: name,
  }),
  VERSION_SKEW: ({ what, versions }) => ({
    severity: 'info',
    title: `Replicas run different versions of ${what}.`,
    why: 'That is how an upgrade goes; it is not meant to stay.',
    evidence: `${what} ${list(versions)}`,
    remedy: `Bring all replicas to ${versions.at(-1)}.`,
    subject: null,
  }),
} satisfies Partial<{ [Code in ConditionCode]: Entry<Code> }>;

const aboutThisReplica = {
  DATABASE_NEARLY_FULL: ({ name, sizeBytes, quotaBytes }) => ({
    severity: sizeBytes >= DATABASE_CRITICAL_PART * quotaBytes ? 'critical' : 'warning',
    title: `The database on ${name} is nearly full.`,
    why: 'At its quota the cluster refuses every write.',
    evidence: `${mebibytes(sizeBytes)} of ${mebibytes(quotaBytes)} (${Math.floor((100 * sizeBytes) / quotaBytes)} %)`,
    remedy: 'Compact and defragment, or raise etcd.quota_backend_bytes on every replica and restart them one after the other.',
    subject: name,
  }),
  ALARM_NOSPACE: ({ message }) => ({
    severity: 'critical',
    title: 'The database is full: only reads and deletes are accepted.',
    why: 'A member reached its quota and raised the NOSPACE alarm, which holds for the whole cluster until it is disarmed.',
    evidence: message,
    remedy: 'Compact, defragment every member, then disarm the alarm.',
    subject: null,
  }),
  ALARM_CORRUPT: ({ message }) => ({
    severity: 'critical',
    title: 'A member holds other data than the rest.',
    why: 'etcd found it by comparing hashes and stops writes so that nothing is built on wrong data.',
    evidence: message,
    remedy: 'Find the member that differs, remove it, set its data aside and join it again.',
    subject: null,
  }),
  CERTIFICATE_EXPIRING: ({ name, file, leftMs, notAfter }) => ({
    severity: leftMs < CERTIFICATE_CRITICAL_MS ? 'critical' : 'warning',
    title: leftMs <= 0 ? `A certificate of ${name} has expired.` : `A certificate of ${name} expires soon.`,
    why: 'Connections that exist live on; after a restart this replica could not come back.',
    evidence: `${file}, valid until ${notAfter}${leftMs > 0 ? ` (${Math.floor(leftMs / DAY_MS)} days)` : ''}`,
    remedy: 'Restart quorated on this replica while another voter is up: certificates with less than 30 days left are issued anew.',
    subject: name,
  }),
  MODE_IGNORED: ({ name }) => ({
    severity: 'info',
    title: `etcd.mode on ${name} has no effect.`,
    why: 'A replica with data always resumes with it. Its configuration asks for a join, and it belongs to its own cluster.',
    evidence: 'etcd.mode is join, and the data were not made by a join',
    remedy: 'To join the other cluster run "quorated join" there: it sets these data aside. To stay, set etcd.mode: single.',
    subject: name,
  }),
  RECORD_UNREADABLE: ({ keys }) => ({
    severity: 'warning',
    title: 'Stored records do not have the expected form.',
    why: 'They are skipped. They were written by another version or by hand.',
    evidence: list(keys),
    remedy: 'Bring all replicas to the same version. If it stays, report it with the named keys.',
    subject: null,
  }),
} satisfies Partial<{ [Code in ConditionCode]: Entry<Code> }>;

const catalogue: { readonly [Code in ConditionCode]: Entry<Code> } = { ...aboutQuorum, ...aboutMembers, ...aboutThisReplica };

/** The condition of this code with its words filled in. */
export const buildCondition = <Code extends ConditionCode>(code: Code, facts: ConditionFacts[Code]): Condition => ({ code, ...catalogue[code](facts) });

const list = (texts: readonly string[]): string => (texts.length > 5 ? `${texts.slice(0, 5).join(', ')} and ${texts.length - 5} more` : texts.join(', '));
const mebibytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`;
const ago = (ms: number): string => (ms < 60_000 ? 'less than a minute ago' : `${Math.floor(ms / 60_000)} min ago`);
