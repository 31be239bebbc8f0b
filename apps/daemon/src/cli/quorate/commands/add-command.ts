import type { Command } from 'commander';
import type { Session } from '../session';

/**
 * Turns what a command does into an action of commander: it gets the session of this run, its own options, and its arguments.
 */
export type Run = <O extends object>(act: (session: Session, options: O, args: readonly string[]) => Promise<void>) => (...given: unknown[]) => Promise<void>;

/** A command, given what runs it. */
export type AddCommand = (run: Run) => Command;
