import { AppError, toAppError } from '@quorate/core/errors/app-error';
import { errorRow } from '@quorate/core/errors/codes';
import { type Command, CommanderError } from 'commander';
import type { Run } from './commands/add-command';
import { errorJson, errorText } from './print-error';
import { createProgram } from './program';
import { createSession, type GlobalOptions, type SessionDeps, wantsJson } from './session';

/** Runs one command line (without node and script) and gives its exit status. Prints everything itself; never throws. */
export const runQuorate = async (args: readonly string[], deps: SessionDeps): Promise<number> => {
  const { terminal } = deps;
  const run: Run =
    (act) =>
    async (...given) => {
      // commander calls with the arguments, the options, the command.
      const command = given.at(-1) as Command;
      const globals = command.optsWithGlobals<GlobalOptions>();
      await act(createSession(deps, globals), command.opts(), command.args);
    };
  const program = createProgram(run, { out: terminal.out });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return deps.signal.aborted ? errorRow('CANCELLED').exit : 0;
  } catch (thrown) {
    if (deps.signal.aborted) return errorRow('CANCELLED').exit;
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    const error = thrown instanceof CommanderError ? usageError(thrown, args) : toAppError(thrown);
    // What was parsed until an error of usage need not hold the wish for JSON yet.
    const isJson = wantsJson(program.opts<GlobalOptions>()) || args.includes('--json');
    terminal.err(isJson ? errorJson(error) : errorText(error));
    return errorRow(error.code).exit;
  }
};

/** `quorate`, `quorate cluster`: no command at all, for which commander has printed the help nowhere yet. */
const usageError = (error: CommanderError, args: readonly string[]): AppError => {
  if (error.code === 'commander.help') {
    return new AppError('INVALID_INPUT', { message: `"${['quorate', ...args].join(' ')}" is not a whole command`, hint: 'See what there is with --help.' });
  }
  return new AppError('INVALID_INPUT', { message: error.message.replace(/^error: /, ''), hint: 'See the options with --help.' });
};
