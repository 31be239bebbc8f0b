import { access, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CommitResponse } from '@quorate/core/join/wire';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NOON_MS } from '../../store/testing/join-fixtures';
import { type InstallDeps, type InstallPaths, installAnswer } from './install';
import { readPendingJoin, undoLocally } from './join-host';
import { type JoinerState, joinDir, readJoinerState, writeJoinerState } from './joiner-state';
import { filesOf, makeAnswer, makeDataDir, pathsIn, removeDataDir, writeOldData } from './testing/installing-host';

const IDENTITY = 'identity of n1';
/** In the order in which they are moved. */
const ITEMS = ['identity.json', 'etcd/member', 'pki', 'ca/cluster-ca.key', 'ca/cluster-ca.crt', 'members.json', 'admin-token', 'admin-token.sha256'];

let answer: CommitResponse;
let keyPem: string;
beforeAll(async () => {
  ({ answer, keyPem } = await makeAnswer());
});

let dataDir: string;
let paths: InstallPaths;
beforeEach(async () => {
  dataDir = await makeDataDir();
  paths = pathsIn(dataDir);
  await mkdir(joinDir(dataDir));
  await writeFile(join(joinDir(dataDir), 'join.key'), keyPem);
});
afterEach(() => removeDataDir(dataDir));

const stateOf = (part: Partial<JoinerState> = {}): JoinerState => ({
  v: 1,
  joinId: 'a'.repeat(32),
  phase: 'admitted',
  name: 'n1',
  replaceLocalData: true,
  setAside: null,
  answer,
  ...part,
});
const admitted = (part: Partial<JoinerState> = {}): Promise<JoinerState> => writeJoinerState(dataDir, stateOf(part));
const deps = (part: Partial<InstallDeps> = {}): InstallDeps => ({
  paths,
  nowMs: NOON_MS,
  failpoint: () => undefined,
  report: () => undefined,
  writeIdentity: () => writeFile(join(dataDir, 'identity.json'), IDENTITY),
  ...part,
});
/** What the next start does: reads the sidecar, goes on. */
const goOn = async (): Promise<JoinerState> => {
  const state = await readJoinerState(dataDir);
  if (!state) throw new Error('the sidecar is gone');
  return installAnswer(deps(), state);
};
/** What an installation leaves that nothing interrupts. */
const newFiles = async () => {
  const reference = await makeDataDir();
  try {
    await mkdir(joinDir(reference));
    await writeFile(join(joinDir(reference), 'join.key'), keyPem);
    await installAnswer(deps({ paths: pathsIn(reference), writeIdentity: () => writeFile(join(reference, 'identity.json'), IDENTITY) }), stateOf());
    return await filesOf(reference);
  } finally {
    await removeDataDir(reference);
  }
};
const oldFiles = async () => {
  const reference = await makeDataDir();
  try {
    await writeOldData(reference);
    return await filesOf(reference);
  } finally {
    await removeDataDir(reference);
  }
};

/** Everything that can be cut short between the answer of the cluster and an installed member. */
const crashes: readonly (readonly [string, () => Promise<void>])[] = [
  ['before anything was done', () => admitted().then(() => undefined)],
  ['when the folder for the old data was named', () => admitted({ setAside: 'folder' }).then(() => undefined)],
  ...ITEMS.map(
    (_item, moved) =>
      [
        `when ${moved + 1} of ${ITEMS.length} items were moved`,
        async () => {
          await admitted({ setAside: 'folder' });
          await mkdir(join(dataDir, 'set-aside', 'folder'), { recursive: true });
          for (const item of ITEMS.slice(0, moved + 1)) {
            const exists = await access(join(dataDir, item)).then(
              () => true,
              () => false,
            );
            if (exists) await rename(join(dataDir, item), join(dataDir, 'set-aside', 'folder', basename(item)));
          }
        },
      ] as const,
  ),
  ['when the old data was out of the way', () => cutShort({ failpoint: dieAt('joiner:cleared') })],
  ['before the identity was written', () => cutShort({ writeIdentity: () => Promise.reject(new Error('died')) })],
  [
    'after the identity was written',
    () =>
      cutShort({
        writeIdentity: async () => {
          await writeFile(join(dataDir, 'identity.json'), IDENTITY);
          throw new Error('died');
        },
      }),
  ],
  ['when everything was installed', () => cutShort({ failpoint: dieAt('joiner:installed') })],
];
const dieAt = (point: string) => (name: string) => {
  if (name === point) throw new Error('died');
};
const cutShort = async (part: Partial<InstallDeps>): Promise<void> => {
  await expect(installAnswer(deps(part), await admitted())).rejects.toThrow('died');
};

describe('installing the answer of a cluster', () => {
  it('puts CA, certificates, key and identity in place, readable by nobody else', async () => {
    const state = await installAnswer(deps(), await admitted());
    expect(state).toMatchObject({ phase: 'installed', setAside: expect.stringMatching(/^\d{8}T\d{6}Z$/) });
    const files = await filesOf(dataDir);
    expect(Object.keys(files).sort()).toEqual([
      'ca/cluster-ca.crt',
      'identity.json',
      'pki/peer.crt',
      'pki/peer.key',
      'pki/replica.crt',
      'pki/replica.key',
      'pki/server.crt',
      'pki/server.key',
    ]);
    expect(files['pki/peer.key']).toBe(keyPem);
    for (const file of Object.keys(files)) if (file !== 'identity.json') expect((await stat(join(dataDir, file))).mode & 0o777).toBe(0o600);
  });

  it('leaves no CA key: that comes when the replica is a voter', async () => {
    await writeOldData(dataDir);
    await installAnswer(deps(), await admitted());
    await expect(access(paths.caKeyFile)).rejects.toThrow();
  });

  it('shows the CA behind the certificates that others see, and etcd the leaf alone', async () => {
    await installAnswer(deps(), await admitted());
    const certificates = async (name: string) => ((await readFile(join(paths.pkiDir, name), 'utf8')).match(/BEGIN CERTIFICATE/g) ?? []).length;
    expect(await certificates('peer.crt')).toBe(1);
    expect(await certificates('replica.crt')).toBe(2);
    expect(await certificates('server.crt')).toBe(2);
  });

  it('sets the old data of the host aside as a whole, and says where', async () => {
    await writeOldData(dataDir);
    const lines: string[] = [];
    await installAnswer(deps({ report: (line) => lines.push(line) }), await admitted());
    const [folder] = await readdir(join(dataDir, 'set-aside'));
    const kept = await filesOf(join(dataDir, 'set-aside', folder ?? ''));
    expect(Object.values(kept).sort()).toEqual(Object.values(await oldFiles()).sort());
    expect(lines).toEqual([`old local data set aside in ${join(dataDir, 'set-aside', folder ?? '')}`]);
  });

  it('does nothing when it is installed already, and cannot begin without an answer', async () => {
    const installed = await admitted({ phase: 'installed' });
    expect(await installAnswer(deps(), installed)).toBe(installed);
    await expect(installAnswer(deps(), { ...installed, phase: 'requested', answer: null })).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe.each([
  ['a host with data of its own', true],
  ['an empty host', false],
] as const)('a crash while installing on %s', (_title, hasOldData) => {
  beforeEach(async () => {
    if (hasOldData) await writeOldData(dataDir);
  });

  it.each(crashes)('%s, is finished by the next start with the same result', async (_point, crash) => {
    await crash();
    expect((await goOn()).phase).toBe('installed');
    expect(await filesOf(dataDir)).toEqual(await newFiles());
  });

  it.each(crashes)('%s, can be taken back to the data that was there before', async (_point, crash) => {
    await crash();
    const wasMoved = hasOldData && (await readdir(join(dataDir, 'set-aside')).catch(() => [])).length > 0;
    expect(await undoLocally(paths)).toBe(wasMoved);
    expect(await filesOf(dataDir)).toEqual(hasOldData ? await oldFiles() : {});
    expect(await readJoinerState(dataDir)).toBeNull();
  });
});

describe('taking a join back', () => {
  const installed = async (phase: 'installed' | 'started' = 'started') => {
    await writeOldData(dataDir);
    const state = await installAnswer(deps(), await admitted());
    await mkdir(join(paths.etcdDir, 'member', 'wal'), { recursive: true });
    await writeFile(join(paths.etcdDir, 'member', 'wal', '0.wal'), 'new wal');
    return writeJoinerState(dataDir, { ...state, phase });
  };

  it('returns the old data and forgets the join', async () => {
    await installed();
    expect(await undoLocally(paths)).toBe(true);
    expect(await filesOf(dataDir)).toEqual(await oldFiles());
    expect(await readdir(join(dataDir, 'set-aside'))).toEqual([]);
    expect(await readPendingJoin(paths)).toBeNull();
  });

  it('does nothing where no join is under way', async () => {
    await writeOldData(dataDir);
    expect(await undoLocally(paths)).toBe(false);
    expect(await filesOf(dataDir)).toEqual(await oldFiles());
  });

  it.each(ITEMS.map((_item, index) => index))('that was cut short after %i new items went is finished by the next start', async (removed) => {
    const state = await installed();
    await writeJoinerState(dataDir, { ...state, phase: 'undoing' });
    for (const item of ITEMS.slice(0, removed)) await rename(join(dataDir, item), join(joinDir(dataDir), basename(item))).catch(() => undefined);
    expect(await readPendingJoin(paths)).toBeNull();
    expect(await filesOf(dataDir)).toEqual(await oldFiles());
  });

  it.each(ITEMS.map((_item, index) => index))('that was cut short after %i old items returned loses none of them', async (returned) => {
    const state = await installed();
    const folder = join(dataDir, 'set-aside', state.setAside ?? '');
    for (const item of ITEMS) await rename(join(dataDir, item), join(joinDir(dataDir), basename(item))).catch(() => undefined);
    await writeJoinerState(dataDir, { ...state, phase: 'restoring' });
    for (const item of ITEMS.slice(0, returned)) await rename(join(folder, basename(item)), join(dataDir, item));
    expect(await readPendingJoin(paths)).toBeNull();
    expect(await filesOf(dataDir)).toEqual(await oldFiles());
  });

  it('is not begun by a mere look at a join that goes on', async () => {
    const state = await installed('installed');
    expect(await readPendingJoin(paths)).toEqual(state);
    expect((await filesOf(dataDir))['identity.json']).toBe(IDENTITY);
  });
});
