import { describe, expect, it } from 'vitest';
import { silentLogger } from '../kit/logger';
import { createEtcdLog } from './etcd-log';

// A line as etcd 3.5.16 writes it on a learner that received a snapshot.
const appliedSnapshot = (index: number) =>
  `{"level":"info","ts":"2026-01-01T00:00:00.000000Z","caller":"etcdserver/server.go:1233","msg":"applied snapshot","current-snapshot-index":0,"current-applied-index":0,"incoming-leader-snapshot-index":${index},"incoming-leader-snapshot-term":3}`;

const collect = () => {
  const lines: unknown[] = [];
  const note = (level: string) => (first: unknown, message?: string) => void lines.push([level, first, message]);
  return { lines, log: createEtcdLog({ logger: { debug: note('debug'), warn: note('warn') } }) };
};

describe('the log of an etcd', () => {
  it('keeps the newest 400 lines, oldest first', () => {
    const log = createEtcdLog({ logger: silentLogger });
    for (let index = 1; index <= 410; index += 1) log.add(`{"level":"info","msg":"line ${index}"}`);
    expect(log.lastLines()).toHaveLength(400);
    expect(log.lastLines()[0]).toBe('info line 11');
    expect(log.lastLines().at(-1)).toBe('info line 410');
  });

  it('reads a line as level, message and facts, without time and place', () => {
    const log = createEtcdLog({ logger: silentLogger });
    log.add(
      '{"level":"fatal","ts":"x","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"listen tcp: in use","codes":[1,2],"stacktrace":"a\\nb"}',
    );
    expect(log.lastLines()).toEqual(['fatal discovery failed error=listen tcp: in use codes=[1,2]']);
  });

  it('keeps a line that is not JSON as it is', () => {
    const log = createEtcdLog({ logger: silentLogger });
    log.add('panic: invalid database');
    expect(log.lastLines()).toEqual(['panic: invalid database']);
  });

  it('leaves out the stack of a panic, which would push out what happened', () => {
    const log = createEtcdLog({ logger: silentLogger });
    for (const line of ['panic: invalid database', '', 'goroutine 1 [running]:', 'main.main()', '\t/build/main.go:1 +0x1d', '{"level":"info","msg":"again"}'])
      log.add(line);
    expect(log.lastLines()).toEqual(['panic: invalid database', '', 'info again']);
  });

  it('shortens a very long line', () => {
    const log = createEtcdLog({ logger: silentLogger });
    log.add('x'.repeat(5_000));
    expect(log.lastLines()[0]).toHaveLength(400);
  });

  it('knows no applied index until etcd says so, then the highest', () => {
    const log = createEtcdLog({ logger: silentLogger });
    log.add('{"level":"info","msg":"applying snapshot","incoming-leader-snapshot-index":90}');
    expect(log.appliedIndexSeen()).toBeNull();
    log.add(appliedSnapshot(108));
    log.add(appliedSnapshot(80));
    expect(log.appliedIndexSeen()).toBe(108n);
  });

  it('passes routine lines on as debug and what kills etcd as warning', () => {
    const { log, lines } = collect();
    log.add('{"level":"warn","msg":"slow","took":"1s"}');
    log.add('{"level":"fatal","msg":"over"}');
    expect(lines).toEqual([
      ['debug', { etcd: { level: 'warn', message: 'slow', took: '1s' } }, 'etcd says'],
      ['warn', { etcd: { level: 'fatal', message: 'over' } }, 'etcd reports an error'],
    ]);
  });
});
