import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClusterCa } from './ca';
import { type CaFiles, loadOrCreateClusterCa, readClusterCa, saveCaKey, writeClusterCa } from './ca-files';

let dir = '';
let files: CaFiles;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quorate-ca-'));
  files = { certFile: join(dir, 'ca', 'cluster-ca.crt'), keyFile: join(dir, 'ca', 'cluster-ca.key') };
});
afterEach(() => rm(dir, { recursive: true, force: true }));
const invalid = expect.objectContaining({ code: 'CERT_INVALID' });

describe('loadOrCreateClusterCa', () => {
  it('creates a CA once and finds it again, readable by its owner alone', async () => {
    const created = await loadOrCreateClusterCa(files);
    expect(created.keyPem).not.toBeNull();
    expect(await loadOrCreateClusterCa(files)).toEqual(created);
    expect((await readdir(join(dir, 'ca'))).sort()).toEqual(['cluster-ca.crt', 'cluster-ca.key']);
    for (const file of Object.values(files)) expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(dir, 'ca'))).mode & 0o777).toBe(0o700);
  });

  it('finishes a creation that was cut off after the certificate, and starts over one that was cut off before', async () => {
    const created = await loadOrCreateClusterCa(files);
    await rename(files.keyFile, `${files.keyFile}.pending`);
    expect(await loadOrCreateClusterCa(files)).toEqual(created);
    expect(await readFile(files.keyFile, 'utf8')).toBe(created.keyPem);
    await rename(files.keyFile, `${files.keyFile}.pending`);
    await rm(files.certFile);
    const anew = await loadOrCreateClusterCa(files);
    expect(anew.clusterId).not.toBe(created.clusterId);
    expect(await readClusterCa(files)).toEqual(anew);
    expect((await readdir(join(dir, 'ca'))).sort()).toEqual(['cluster-ca.crt', 'cluster-ca.key']);
  });
});

describe('readClusterCa', () => {
  it('finds nothing where nothing is, and a certificate alone for what it is', async () => {
    expect(await readClusterCa(files)).toBeNull();
    const created = await loadOrCreateClusterCa(files);
    await rm(files.keyFile);
    expect(await readClusterCa(files)).toEqual({ ...created, keyPem: null });
  });

  it('refuses a key alone, a key of another CA, and a damaged certificate, naming the file', async () => {
    await loadOrCreateClusterCa(files);
    const certPem = await readFile(files.certFile, 'utf8');
    await rm(files.certFile);
    await expect(readClusterCa(files)).rejects.toEqual(invalid);
    await writeFile(files.certFile, (await createClusterCa({ now: Date.now })).certPem);
    await expect(loadOrCreateClusterCa(files)).rejects.toMatchObject({ code: 'CERT_INVALID', message: expect.stringContaining(files.certFile) });
    await writeFile(files.certFile, certPem.slice(0, 200));
    await expect(readClusterCa(files)).rejects.toEqual(invalid);
  });
});

describe('saveCaKey', () => {
  it('makes a holder of the certificate a holder of the key', async () => {
    const ca = await createClusterCa({ now: Date.now });
    await writeClusterCa(files, { ...ca, keyPem: null });
    expect(await readClusterCa(files)).toEqual({ ...ca, keyPem: null });
    expect(await saveCaKey(files, ca.keyPem ?? '')).toEqual(ca);
    expect(await readClusterCa(files)).toEqual(ca);
  });

  it('refuses the key of another CA, and any key where no certificate is', async () => {
    const [ca, other] = await Promise.all([createClusterCa({ now: Date.now }), createClusterCa({ now: Date.now })]);
    await expect(saveCaKey(files, ca.keyPem ?? '')).rejects.toEqual(expect.objectContaining({ code: 'CA_MISSING' }));
    await writeClusterCa(files, { ...ca, keyPem: null });
    await expect(saveCaKey(files, other.keyPem ?? '')).rejects.toEqual(invalid);
    expect((await readClusterCa(files))?.keyPem).toBeNull();
  });
});

describe('writeClusterCa', () => {
  it('removes a key that does not belong to what it writes', async () => {
    await mkdir(join(dir, 'ca'));
    await writeFile(files.keyFile, 'old');
    const ca = await createClusterCa({ now: Date.now });
    await writeClusterCa(files, { ...ca, keyPem: null });
    expect(await readClusterCa(files)).toEqual({ ...ca, keyPem: null });
  });
});
