/** docs/reference/cli.md from the commands themselves; a test keeps the page equal to it. */
import type { Command } from 'commander';
import { allOf, createProgram } from './program';

const WIDTH = 130;
const GLOBAL_OPTIONS = /\nGlobal Options:\n(?: {2}.*\n)+/;

/** The whole page. */
export const renderCliReference = (): string => {
  const program = createProgram(() => async () => undefined, { out: () => undefined });
  const commands = allOf(program).filter((command) => command.commands.length === 0);
  const sections = commands.map((command) => [`## ${pathOf(command)}`, '', '```text', helpOf(command).replace(GLOBAL_OPTIONS, ''), '```', ''].join('\n'));
  return [INTRODUCTION, '```text', helpOf(program), '```', '', ...sections].join('\n');
};

const INTRODUCTION = `# quorate

<!-- Generated from the commands in apps/daemon/src/cli/quorate by the test cli-reference.test.ts beside them. Do not edit:
     change them and run it with UPDATE_DOCS=1. -->

The client of a cluster. Every command takes the options of the program, before or after its own.

- **Whom it asks.** What is named with \`--socket\` or \`--endpoint\` (\`QUORATE_ENDPOINTS\`); else the admin socket of an installed replica on this host. Several
  endpoints are asked in order: a read goes on to the next when one is silent or cannot serve; a change only when the one before has provably not
  seen it. A watch moves to another replica when its own is lost.
- **Trust.** \`https\` endpoints must show a certificate of the CA that is named, by file or by fingerprint, else one that this machine trusts. With a wrong
  fingerprint nothing is sent. Plain \`http\` is accepted for loopback addresses only.
- **Answers** go to standard output, everything else to standard error. With \`--json\` (or \`--output json\`) the answer is one line of the very JSON that
  the [API](api.md) gives, a watch one line per change, and an error one problem document on standard error.
- **Errors** say what, why, and how to fix it, with a stable code; the exit status follows from the [code](errors.md).
- Colours only on a terminal and without \`NO_COLOR\`; they never say anything that the words do not.
`;

const pathOf = (command: Command): string => (command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`);

const helpOf = (command: Command): string => {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trim();
};
