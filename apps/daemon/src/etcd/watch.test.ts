import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { WatchBatch } from './api';
import { etcdError } from './errors';
import { Event_EventType } from './gen/kv_pb';
import { type WatchRequestSchema, WatchResponseSchema } from './gen/rpc_pb';
import { keyBytes } from './key-range';
import type { Transport } from './transport';
import { createWatch } from './watch';

type Response = MessageInitShape<typeof WatchResponseSchema>;
/** What one stream says before it breaks, and how it breaks. */
type Script = { readonly says: readonly Response[]; readonly breaks?: string };

const created = (revision: number): Response => ({ header: { revision: BigInt(revision) }, created: true });
const progress = (revision: number): Response => ({ header: { revision: BigInt(revision) } });
const events = (revision: number, ...modRevisions: readonly number[]): Response => ({
  header: { revision: BigInt(revision) },
  events: modRevisions.map((modRevision) => ({ type: Event_EventType.PUT, kv: { key: keyBytes(`k${modRevision}`), modRevision: BigInt(modRevision) } })),
});
const fragment = (response: Response): Response => ({ ...response, fragment: true });
const broken = (details: string) => etcdError({ status: 14, details, method: 'Watch', effect: 'read' });

/** Our own transport port, following scripts; the last stream stays open until the watch is aborted. */
const scripted = (...scripts: readonly Script[]) => {
  const asked: (bigint | undefined)[] = [];
  const stop = new AbortController();
  const transport: Pick<Transport, 'stream'> = {
    stream: ((_method: unknown) => {
      const script = scripts[asked.length];
      const messages = async function* () {
        for (const response of script?.says ?? []) yield create(WatchResponseSchema, response);
        if (asked.length >= scripts.length) stop.abort();
        throw broken(script?.breaks ?? 'Connection dropped');
      };
      const send = (request: MessageInitShape<typeof WatchRequestSchema>) => void asked.push(request.requestUnion?.value?.startRevision);
      return { send, messages: messages(), cancel: () => undefined };
    }) as unknown as Transport['stream'],
  };
  return { watch: createWatch({ transport }), asked, signal: stop.signal };
};

const run = async (test: ReturnType<typeof scripted>, fromRevision?: bigint) => {
  const batches: WatchBatch[] = [];
  const from = fromRevision === undefined ? {} : { fromRevision };
  for await (const batch of test.watch({ prefix: 'k', signal: test.signal, ...from })) batches.push(batch);
  return batches.map((batch) => batch.events.map((event) => Number(event.kv.modRevision)));
};

describe('where a watch goes on after its connection broke', () => {
  it('is where it began when only "created" was heard, whatever revision that carried', async () => {
    const test = scripted({ says: [created(100)] }, { says: [created(100)] });
    await run(test, 10n);
    expect(test.asked).toEqual([10n, 10n]);
  });

  it('is behind "created" for a watch that began now', async () => {
    const test = scripted({ says: [created(100)] }, { says: [] });
    await run(test);
    expect(test.asked).toEqual([0n, 101n]);
  });

  it('is now again when a watch that began now heard nothing', async () => {
    const test = scripted({ says: [] }, { says: [] });
    await run(test);
    expect(test.asked).toEqual([0n, 0n]);
  });

  it('is behind the last event, not behind the revision that etcd was at', async () => {
    const test = scripted({ says: [created(100), events(100, 11, 12)] }, { says: [created(100), events(100, 13)] });
    expect(await run(test, 10n)).toEqual([[11, 12], [13]]);
    expect(test.asked).toEqual([10n, 13n]);
  });

  it('is behind what etcd promised to be without events', async () => {
    const test = scripted({ says: [created(9), progress(50)] }, { says: [] });
    await run(test, 10n);
    expect(test.asked).toEqual([10n, 51n]);
  });

  it('never moves back', async () => {
    const test = scripted({ says: [created(60), events(60, 60), progress(50)] }, { says: [] });
    await run(test, 10n);
    expect(test.asked).toEqual([10n, 61n]);
  });
});

describe('what a watch hands out', () => {
  it('is one batch for an answer in fragments', async () => {
    const test = scripted({ says: [created(9), fragment(events(12, 10, 11)), events(12, 11, 12)] });
    expect(await run(test, 10n)).toEqual([[10, 11, 11, 12]]);
  });

  it('is nothing of an answer whose fragments did not all arrive', async () => {
    const test = scripted({ says: [created(9), fragment(events(12, 10, 11))] }, { says: [created(12), events(12, 10, 11, 12)] });
    expect(await run(test, 10n)).toEqual([[10, 11, 12]]);
    expect(test.asked).toEqual([10n, 10n]);
  });

  it('leaves out what was handed out before, should etcd repeat it', async () => {
    const test = scripted({ says: [created(9), events(11, 10, 11)] }, { says: [created(12), events(12, 11, 12)] });
    expect(await run(test, 10n)).toEqual([[10, 11], [12]]);
  });
});

describe('a watch that etcd cancels', () => {
  const canceled = (cancelReason: string): Response => ({ canceled: true, cancelReason });

  it('goes on when the leader was lost', async () => {
    const test = scripted({ says: [created(9), events(10, 10), canceled('etcdserver: no leader')] }, { says: [events(11, 11)] });
    expect(await run(test, 10n)).toEqual([[10], [11]]);
  });

  it('goes on when the stream breaks for want of a leader', async () => {
    const test = scripted({ says: [created(9)], breaks: 'etcdserver: no leader' }, { says: [events(11, 11)] });
    expect(await run(test, 10n)).toEqual([[11]]);
  });

  it('throws when its history is compacted', async () => {
    const test = scripted({ says: [created(90), { canceled: true, compactRevision: 80n }] });
    await expect(run(test, 10n)).rejects.toMatchObject({ code: 'TIMEOUT', data: { etcd: 'compacted', compactRevision: '80' } });
  });

  it('throws on a learner, which serves no watches', async () => {
    const test = scripted({ says: [], breaks: 'etcdserver: rpc not supported for learner' }, { says: [] });
    await expect(run(test, 10n)).rejects.toMatchObject({ code: 'LEARNER_READ_ONLY' });
  });
});
