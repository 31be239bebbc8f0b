import type { RemovalPreview } from '@quorate/core/api/cluster';
import type { Member } from '@quorate/core/cluster/member';
import { AppError } from '@quorate/core/errors/app-error';
import { Command } from 'commander';
import type { Session } from '../session';
import { removalView } from '../view/quorum-change';
import type { AddCommand } from './add-command';
import { show } from './show';

type RemoveOptions = { readonly force?: boolean; readonly yes?: boolean };

export const memberRemoveCommand: AddCommand = (run) =>
  new Command('remove')
    .description('Remove a member, after showing what will be left. Asks for its name first.')
    .argument('<member>', 'id or name, as "quorate cluster member list" shows them')
    .option('--force', 'remove it although the cluster then survives fewer failures than is safe')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Examples:
  quorate cluster member remove quorate-2          shows what will be left, asks for the name
  quorate cluster member remove 8e9e05c52164694d --yes
  quorate cluster member remove quorate-2 --force --yes`,
    )
    .action(
      run(async (session, options: RemoveOptions, [wanted = '']) => {
        const client = await session.connect();
        const { id } = findMember((await client.members()).members, wanted);
        const preview = await client.previewRemoval(id);
        const view = removalView(preview);
        if (session.isJson) session.terminal.err(options.yes ? '' : view);
        else session.terminal.out(view);
        assertAllowed(preview, options);
        if (!options.yes) await confirm(session, preview.member);
        const removed = await client.removeMember({ id, force: options.force === true });
        show(session, removed, () => `\nremoved ${preview.member.name || 'unnamed member'} (${removed.removedId}): ${removed.after.words}\n`);
      }),
    );

/** The member with this id, or else with this name. Throws MEMBER_NOT_FOUND, and INVALID_INPUT when the word fits several. */
export const findMember = (members: readonly Member[], wanted: string): Member => {
  const fitting = members.filter((member) => member.id === wanted || (member.name === wanted && wanted !== ''));
  const [first, ...others] = fitting;
  if (first === undefined) throw new AppError('MEMBER_NOT_FOUND', { message: `no member has the id or name ${JSON.stringify(wanted)}`, data: { wanted } });
  if (others.length === 0) return first;
  throw new AppError('INVALID_INPUT', {
    message: `${JSON.stringify(wanted)} fits several members: ${fitting.map((member) => `${member.name} (${member.id})`).join(', ')}`,
    hint: 'Name the member by an id that is not the name of another.',
  });
};

/** Says no before asking, when the replica would say no afterwards. */
const assertAllowed = ({ verdict, consequences, member }: RemovalPreview, { force }: RemoveOptions): void => {
  const why = consequences[0] ?? '';
  if (verdict === 'refused') throw new AppError('MEMBER_REMOVE_REFUSED', { message: `${member.name} cannot be removed: ${why}`, data: { id: member.id } });
  if (verdict === 'unsafe' && force !== true)
    throw new AppError('MEMBER_REMOVE_UNSAFE', { message: `removing ${member.name} is not safe: ${why}`, data: { id: member.id } });
};

const confirm = async ({ terminal, signal }: Session, member: Member): Promise<void> => {
  const word = member.name === '' ? member.id : member.name;
  if (!terminal.canAsk)
    throw new AppError('CONFIRMATION_REQUIRED', {
      message: `removing ${word} was not confirmed, and there is nobody to ask`,
      hint: 'Read what will be left and repeat with --yes.',
    });
  const answer = await terminal.ask(`\nType ${word} to remove it: `, signal);
  if (answer.trim() !== word)
    throw new AppError('CONFIRMATION_REQUIRED', {
      message: `that is not ${JSON.stringify(word)}; nothing was removed`,
      hint: 'Repeat, and type the name of the member.',
    });
};
