/** `quorated join`: checks everything first, then writes the configuration and lets the daemon run the saga. */

import { resolve } from 'node:path';
import { AppError, toAppError } from '@quorate/core/errors/app-error';
import { parseInvitation } from '@quorate/core/join/invitation';
import type { JoinCheck } from '@quorate/core/join/saga';
import { Command } from 'commander';
import { checksError } from '../../services/join/redeem';
import { applyJoin } from './join-apply';
import type { JoinOptions, Ticket } from './join-options';
import { prepareJoin } from './join-plan';
import { withConfigOptions } from './options';
import { runCommand } from './print-error';

export const joinCommand = (): Command =>
  withConfigOptions(
    new Command('join').description('Make this host a replica of a running cluster. Nothing is spent or changed before every check has passed.'),
  )
    .option('--invite <text>', 'invitation: token, addresses and CA pin in one string')
    .option('--cp-url <url>', 'replica listener of the cluster, https://host:8443; several separated by commas')
    .option('--token <text>', 'join token; visible in the process table, prefer --token-path')
    .option('--token-path <file>', 'file that holds the join token; removed once it is used')
    .option('--ca-fingerprint <sha256:…>', 'fingerprint of the cluster CA')
    .option('--name <name>', "this replica's name in the cluster (default: the host name)")
    .option('--token-dest <file>', 'where a token given inline is kept until it is used (default <data_dir>/cluster-join-token)')
    .option('--timeout <duration>', 'how long the cluster may take to answer', '30s')
    .option('--no-restart', 'write the configuration and leave the daemon for a later restart')
    .option('--force', 'set aside the data of a host that belongs to a cluster of several members')
    .option('--check-only', 'run the checks of both sides and change nothing')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  quorated join --invite qri_… --name quorate-1
  quorated join --cp-url https://10.0.0.10:8443 --token-path /etc/quorate/cluster-join-token \\
                --ca-fingerprint sha256:… --name quorate-1
  quorated join --check-only --invite qri_…        only look whether it would work`,
    )
    .action((options: JoinOptions) => runCommand(() => join(options)));

const join = async (options: JoinOptions): Promise<void> => {
  const say = (line: string) => {
    if (!options.json) process.stdout.write(`${line}\n`);
  };
  const checks: JoinCheck[] = [];
  try {
    const plan = await prepareJoin(options, readTicketOptions(options));
    if (plan.resumes) say(`an earlier join of this host goes on (${plan.state.phase})`);
    else {
      checks.push(...(await plan.check()));
      for (const check of checks) say(formatCheck(check));
      const failure = checksError(checks);
      if (failure) throw failure;
    }
    if (!options.checkOnly) await applyJoin(options, plan, say);
    else if (!plan.resumes) await plan.abandon();
    if (options.json) process.stdout.write(`${JSON.stringify({ ok: true, checkOnly: options.checkOnly ?? false, checks })}\n`);
    else if (options.checkOnly) say(plan.resumes ? 'nothing was changed' : 'all checks passed; nothing was changed and the token is not spent');
  } catch (error) {
    const failure = toAppError(error);
    if (options.json)
      process.stdout.write(`${JSON.stringify({ ok: false, checks, error: { code: failure.code, message: failure.message, hint: failure.hint } })}\n`);
    throw failure;
  }
};

/** What the options name; the invitation stands for three of them. Throws INVALID_INPUT. */
const readTicketOptions = (options: JoinOptions): Omit<Ticket, 'token'> & { token: string | null } => {
  if (options.invite !== undefined) {
    if (options.cpUrl !== undefined || options.token !== undefined || options.tokenPath !== undefined || options.caFingerprint !== undefined)
      throw new AppError('INVALID_INPUT', { message: '--invite stands alone: it holds address, token and fingerprint already' });
    const invitation = parseInvitation(options.invite);
    return {
      urls: invitation.urls,
      caFingerprint: invitation.caFingerprint,
      token: invitation.token,
      tokenFile: null,
      ...(invitation.clusterToken === undefined ? {} : { clusterToken: invitation.clusterToken }),
    };
  }
  const missing = [options.cpUrl === undefined ? '--cp-url' : null, options.caFingerprint === undefined ? '--ca-fingerprint' : null].filter(
    (flag) => flag !== null,
  );
  if (missing.length > 0 || options.cpUrl === undefined || options.caFingerprint === undefined)
    throw new AppError('INVALID_INPUT', {
      message: `missing ${missing.join(' and ')}`,
      hint: 'Copy the whole command that "quorate cluster join-token create" prints, or use --invite.',
    });
  if ((options.token === undefined) === (options.tokenPath === undefined))
    throw new AppError('INVALID_INPUT', {
      message: 'exactly one of --token and --token-path is needed',
      hint: 'Prefer --token-path: an inline token is visible to every user of this host.',
    });
  return {
    urls: options.cpUrl.split(',').map((url) => url.trim()),
    caFingerprint: options.caFingerprint,
    token: options.token ?? null,
    tokenFile: options.tokenPath === undefined ? null : resolve(options.tokenPath),
  };
};

/** One line per check; the fix below it. */
const formatCheck = (check: JoinCheck): string => {
  const line = `${check.verdict.padEnd(4)}  ${check.id.padEnd(18)} ${check.side.padEnd(8)} ${check.detail}`;
  return check.fix === null ? line : `${line}\n      fix: ${check.fix}`;
};
