import type { FastifyReply } from 'fastify';

/** Aborts when the client goes away before its answer is complete. */
export const requestSignal = (reply: FastifyReply): AbortSignal => {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new DOMException('the client went away', 'AbortError'));
  });
  return controller.signal;
};
