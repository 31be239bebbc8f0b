import { describe, expect, it } from 'vitest';
import { type BootFacts, planBoot } from './boot-plan';

const empty: BootFacts = {
  mode: 'single',
  configuredName: 'quorate-0',
  dataDir: '/var/lib/quorate',
  etcdDir: '/var/lib/quorate/etcd',
  caCertFile: '/var/lib/quorate/ca/cluster-ca.crt',
  caKeyFile: '/var/lib/quorate/ca/cluster-ca.key',
  hasWal: false,
  identity: null,
  hasCaCert: false,
  hasCaKey: false,
  pendingJoin: null,
};
const identity = (joinId: string | null, hasServed = true) => ({ memberName: 'quorate-0', joinId, hasServed });
const withData: BootFacts = { ...empty, hasWal: true, identity: identity(null), hasCaCert: true, hasCaKey: true };
const joining = { joinId: 'a'.repeat(32), name: 'quorate-0' };

describe('planBoot', () => {
  it.each([
    ['an empty host in mode single starts a cluster of one', empty, { kind: 'new-single' }],
    ['an empty host in mode join joins', { ...empty, mode: 'join' }, { kind: 'join' }],
    ['a host with the shared CA bootstraps', { ...empty, mode: 'bootstrap', hasCaCert: true, hasCaKey: true }, { kind: 'new-bootstrap' }],
    ['a member with data resumes', withData, { kind: 'resume', modeIgnored: false }],
    ['a member with data resumes although the mode says bootstrap', { ...withData, mode: 'bootstrap' }, { kind: 'resume', modeIgnored: false }],
    ['a single member with data resumes although the mode says join, and says so', { ...withData, mode: 'join' }, { kind: 'resume', modeIgnored: true }],
    ['a member that joined resumes in mode join', { ...withData, mode: 'join', identity: identity('b'.repeat(32)) }, { kind: 'resume', modeIgnored: false }],
    ['a join that was asked for goes before local data', { ...withData, mode: 'join', pendingJoin: joining }, { kind: 'join' }],
    [
      'a join that installed its member and has data resumes',
      { ...withData, mode: 'join', pendingJoin: joining, identity: identity(joining.joinId) },
      { kind: 'resume', modeIgnored: false },
    ],
    [
      'a first start that failed before etcd wrote anything is begun again',
      { ...withData, hasWal: false, identity: identity(null, false) },
      { kind: 'new-single' },
    ],
    [
      'a bootstrap that failed before etcd wrote anything is begun again',
      { ...withData, mode: 'bootstrap', hasWal: false, identity: identity(null, false) },
      { kind: 'new-bootstrap' },
    ],
    [
      'a join that installed its member but never started it goes on',
      { ...empty, mode: 'join', pendingJoin: joining, hasCaCert: true, identity: identity(joining.joinId) },
      { kind: 'join' },
    ],
  ] as const)('%s', (_title, facts, plan) => {
    expect(planBoot(facts as BootFacts)).toEqual(plan);
  });

  it.each([
    ['bootstrap without the CA', { ...empty, mode: 'bootstrap' }, 'CA_MISSING'],
    ['files of a join that nobody can continue', { ...empty, mode: 'join', hasCaCert: true }, 'PARTIAL_JOIN'],
    ['data without identity', { ...withData, identity: null }, 'DATA_DIR_DAMAGED'],
    ['identity without data', { ...withData, hasWal: false }, 'DATA_DIR_DAMAGED'],
    ['another name', { ...withData, configuredName: 'quorate-9' }, 'IDENTITY_MISMATCH'],
  ] as const)('refuses %s', (_title, facts, code) => {
    expect(() => planBoot(facts as BootFacts)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['both missing CA files', { ...empty, mode: 'bootstrap' }, ['/var/lib/quorate/ca/cluster-ca.crt', '/var/lib/quorate/ca/cluster-ca.key']],
    ['the one missing CA file', { ...empty, mode: 'bootstrap', hasCaCert: true }, ['/var/lib/quorate/ca/cluster-ca.key']],
    ['the files of a partial join', { ...empty, mode: 'join', hasCaCert: true }, ['/var/lib/quorate/ca/cluster-ca.crt']],
    ['both names', { ...withData, configuredName: 'quorate-9' }, ['quorate-0', 'quorate-9']],
    ['where data are missing', { ...withData, hasWal: false }, ['/var/lib/quorate/identity.json', '/var/lib/quorate/etcd']],
  ] as const)('names %s', (_title, facts, texts) => {
    for (const text of texts) expect(() => planBoot(facts as BootFacts)).toThrow(text);
  });
});
