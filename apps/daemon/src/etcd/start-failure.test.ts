import { describe, expect, it } from 'vitest';
import { startDelay, startFailure } from './start-failure';

const exit = (...lastLines: readonly string[]) => ({ code: 1, signal: null, planned: false, lastLines });
const routine = 'info Running:  args=["etcd","--election-timeout=1000","--cert-file=/x/etcd.crt"]';

describe('the meaning of the last words of etcd', () => {
  // Lines as etcd 3.5 writes them, made readable.
  it.each([
    ['fatal discovery failed error=listen tcp 127.0.0.1:2380: bind: address already in use', 'ETCD_START_FAILED', 'address-in-use', false],
    ['fatal discovery failed error=listen tcp 192.0.2.1:2380: bind: cannot assign requested address', 'ETCD_START_FAILED', 'address-not-here', false],
    ['fatal discovery failed error=listen tcp 127.0.0.1:80: bind: permission denied', 'ETCD_START_FAILED', 'permission', false],
    ['warn server error error=the member has been permanently removed from the cluster', 'MEMBER_REMOVED', 'removed-from-cluster', true],
    ['fatal discovery failed error=walpb: crc mismatch', 'DATA_DIR_DAMAGED', 'data-damaged', true],
    ['panic: invalid database', 'DATA_DIR_DAMAGED', 'data-damaged', true],
    ['panic failed to recover v3 backend from snapshot error=failed to find database snapshot file', 'DATA_DIR_DAMAGED', 'data-damaged', true],
    ['fatal discovery failed error=90d0d5a9e8b9a8a5 found data inconsistency with peers', 'DATA_DIR_DAMAGED', 'data-damaged', true],
    ['fatal failed to save Raft hard state and entries error=write /data/member/wal/0.wal: no space left on device', 'ETCD_START_FAILED', 'disk-full', false],
    ['fatal discovery failed error=couldn\'t find local name "a" in the initial cluster configuration', 'ETCD_START_FAILED', 'initial-cluster', false],
    ['fatal discovery failed error=error validating peerURLs: member count is unequal', 'ETCD_START_FAILED', 'initial-cluster', false],
    ['fatal discovery failed error=open /x/peer.crt: no such file or directory', 'CERT_INVALID', 'certificate', false],
    ['fatal discovery failed error=tls: private key does not match public key', 'CERT_INVALID', 'certificate', false],
    [
      'warn failed to verify flags error=--election-timeout[200ms] should be at least as 5 times as --heartbeat-interval[100ms]',
      'ETCD_START_FAILED',
      'timers',
      false,
    ],
    ['fatal discovery failed error=something new', 'ETCD_START_FAILED', 'unknown', false],
  ])('"%s" is %s, %s', (line, code, reason, permanent) => {
    const error = startFailure(exit(routine, line));
    expect([error.code, error.data.reason, error.data.permanent]).toEqual([code, reason, permanent]);
    expect(error.data.lastLines).toEqual([routine, line]);
  });

  it('is in what killed it, not in warnings about its peers', () => {
    const error = startFailure(exit('fatal discovery failed error=walpb: crc mismatch', 'warn rejected connection error=remote error: tls: bad certificate'));
    expect(error.data.reason).toBe('data-damaged');
  });

  it('is not guessed from routine lines, which quote all flags', () => {
    expect(startFailure(exit(routine)).data.reason).toBe('unknown');
  });

  it('names the status or the signal when there is nothing else to say', () => {
    expect(startFailure(exit()).message).toBe('etcd ended with status 1');
    expect(startFailure({ ...exit(), code: null, signal: 'SIGKILL' }).message).toBe('etcd was ended by SIGKILL');
  });
});

describe('why a running etcd does not serve', () => {
  it('is that the others are missing, when it warns of nothing else', () => {
    const error = startDelay(300, [routine]);
    expect([error.code, error.data.reason]).toEqual(['ETCD_START_FAILED', 'not-in-time']);
    expect(error.hint).toContain('majority');
  });

  it('is what it warns about, but never for good', () => {
    const error = startDelay(300, ['warn request cluster ID mismatch', 'warn request sent was ignored by remote peer due to cluster ID mismatch']);
    expect([error.code, error.data.reason, error.data.permanent]).toEqual(['ETCD_START_FAILED', 'cluster-id-mismatch', undefined]);
  });
});
