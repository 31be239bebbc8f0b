import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type TestCerts = {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
};

/** A throwaway CA and one certificate that serves as server, client and peer. Made by the openssl command, independent of the pki room. */
export const createTestCerts = (directory: string, options: { readonly commonName: string; readonly addresses: readonly string[] }): TestCerts => {
  const at = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', at('ca.key'), '-out', at('ca.crt'), '-days', '2', '-subj', '/CN=quorate test CA');
  openssl('req', ...newKey, '-keyout', at('etcd.key'), '-out', at('etcd.csr'), '-subj', `/CN=${options.commonName}`);
  const names = ['DNS:localhost', ...new Set(['127.0.0.1', ...options.addresses])].map((name) => (name.startsWith('DNS:') ? name : `IP:${name}`));
  writeFileSync(at('etcd.ext'), `subjectAltName=${names.join(',')}\n`);
  openssl(
    'x509',
    '-req',
    '-in',
    at('etcd.csr'),
    '-CA',
    at('ca.crt'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-out',
    at('etcd.crt'),
    '-days',
    '2',
    '-extfile',
    at('etcd.ext'),
  );
  const read = (name: string) => readFileSync(at(name), 'utf8');
  return {
    caFile: at('ca.crt'),
    certFile: at('etcd.crt'),
    keyFile: at('etcd.key'),
    caPem: read('ca.crt'),
    certPem: read('etcd.crt'),
    keyPem: read('etcd.key'),
  };
};
