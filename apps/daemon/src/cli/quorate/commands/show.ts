import type { Session } from '../session';

/** Prints an answer: as JSON on one line, or in words. */
export const show = (session: Session, answer: unknown, text: () => string): void => {
  session.terminal.out(session.isJson ? `${JSON.stringify(answer)}\n` : text());
};
