import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countReplicas, lockLab, readLabState, unlockLab, writeLabState } from './lab-state';

describe('what the lab remembers', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'quorate-lab-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('knows nothing before the first run, and then what was written', () => {
    expect(readLabState(dir)).toBeNull();
    writeLabState(dir, { v: 1, wanted: 5 });
    expect(readLabState(dir)).toEqual({ v: 1, wanted: 5 });
  });

  it('refuses a state file that it did not write', () => {
    writeFileSync(path.join(dir, 'lab.json'), '{"wanted":"many"}');
    expect(() => readLabState(dir)).toThrow('--fresh');
  });

  it('counts replicas by their data, a gap included', () => {
    expect(countReplicas(dir, 7)).toBe(0);
    mkdirSync(path.join(dir, 'quorate-0/data/etcd/member'), { recursive: true });
    mkdirSync(path.join(dir, 'quorate-1/data'), { recursive: true });
    mkdirSync(path.join(dir, 'quorate-2/data/etcd/member'), { recursive: true });
    expect(countReplicas(dir, 7)).toBe(3);
  });

  it('belongs to one process at a time, and to nobody after a process that is gone', () => {
    writeFileSync(path.join(dir, 'lab.pid'), '999999999\n');
    expect(lockLab(dir)).toBeNull();
    expect(lockLab(dir)).toBeNull();
    unlockLab(dir);
    expect(lockLab(dir)).toBeNull();
  });
});
