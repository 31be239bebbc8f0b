import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestEtcd, type TestEtcd } from '../../etcd/testing/start-test-etcd';
import type { ClusterCa } from '../../pki/api';
import { createClusterCa } from '../../pki/ca';
import { createCaStore } from '../../store/ca-store';
import { keys } from '../../store/keys';
import { reconcileCa } from './ca-row';

const NEVER = new AbortController().signal;

let server: TestEtcd;
let ca: ClusterCa;
let other: ClusterCa;
beforeAll(async () => {
  [server, ca, other] = await Promise.all([startTestEtcd({ address: '127.0.24.112' }), createClusterCa({ now: Date.now }), createClusterCa({ now: Date.now })]);
});
afterAll(() => server?.stop());
beforeEach(() => server.client.txn({ compares: [], then: [{ kind: 'delete', key: keys.ca }] }));

const reconcile = (local: ClusterCa) => reconcileCa(createCaStore(server.client), { ca: local, certFile: '/etc/quorate/ca.crt' }, NEVER);

describe('the CA on disk and the CA row', () => {
  it('agree from the first member on, which writes the row', async () => {
    expect(await reconcile(ca)).toBe(true);
    expect(await createCaStore(server.client).get()).toEqual({ v: 1, certPem: ca.certPem, fingerprint: ca.fingerprint, clusterId: ca.clusterId });
    expect(await reconcile(ca)).toBe(false);
    expect(await reconcile({ ...ca, keyPem: null })).toBe(false);
  });

  it('are written by exactly one of three members that begin together', async () => {
    expect((await Promise.all([reconcile(ca), reconcile(ca), reconcile(ca)])).filter(Boolean)).toHaveLength(1);
  });

  it('that differ are CA_DIVERGED, which names file, row and both fingerprints, and changes neither', async () => {
    await reconcile(ca);
    await expect(reconcile(other)).rejects.toMatchObject({
      code: 'CA_DIVERGED',
      message: expect.stringMatching(new RegExp(`/etc/quorate/ca.crt.*${other.fingerprint}.*row.*${ca.fingerprint}`)),
      hint: expect.stringContaining('/etc/quorate/ca.crt'),
      data: { file: '/etc/quorate/ca.crt', fileFingerprint: other.fingerprint, rowFingerprint: ca.fingerprint },
    });
    expect((await createCaStore(server.client).get())?.fingerprint).toBe(ca.fingerprint);
  });

  it('never hold the private key in etcd', async () => {
    await reconcile(ca);
    expect(new TextDecoder().decode((await server.client.get(keys.ca))?.value)).not.toContain('PRIVATE KEY');
  });
});
