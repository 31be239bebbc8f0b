import type { ClusterStatus } from '@quorate/core/api/cluster';
import { errorText } from '../print-error';
import type { Session } from '../session';

/** Cursor to the corner, and everything below it away. */
const CLEAR = '\u001b[H\u001b[2J';

/**
 * Follows the cluster until it is interrupted. A person sees one picture that changes; a file or pipe gets one after the other; JSON is
 * one line per change. That contact is lost is told on standard error.
 */
export const watchStatus = async (
  session: Session,
  pick: { readonly json: (status: ClusterStatus) => unknown; readonly text: (status: ClusterStatus) => string },
): Promise<void> => {
  const { terminal, isJson } = session;
  const client = await session.connect();
  const onLost = (error: Parameters<typeof errorText>[0]) => terminal.err(isJson ? '' : `contact lost: ${errorText(error)}`);
  let shown = '';
  for await (const status of client.watch(onLost)) {
    const next = isJson ? `${JSON.stringify(pick.json(status))}\n` : pick.text(status);
    // A watch sends what changed anywhere; what this view does not show is no news here.
    if (next === shown) continue;
    if (!isJson && terminal.isOutTty) terminal.out(CLEAR);
    else if (!isJson && shown !== '') terminal.out('\n');
    terminal.out(next);
    shown = next;
  }
};
