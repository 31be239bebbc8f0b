import { AppError } from '@quorate/core/errors/app-error';
import { Command } from 'commander';
import { resolvePaths } from '../../config/paths';
import { loadOrCreateClusterCa, readClusterCa } from '../../pki/ca-files';
import { type ConfigOptions, loadFrom, withConfigOptions } from './options';
import { runCommand } from './print-error';

export const caCommand = (): Command => {
  const command = new Command('ca').description('The certificate authority of the cluster.');
  command.addCommand(
    withConfigOptions(new Command('init').description('Make a cluster CA for mode bootstrap, if there is none; copy both files to every member.'))
      .option('--json', 'print JSON')
      .action((options: ConfigOptions & { json?: boolean }) => runCommand(() => init(options))),
  );
  command.addCommand(
    withConfigOptions(new Command('fingerprint').description('Print the fingerprint that joiners pin.'))
      .option('--json', 'print JSON')
      .action((options: ConfigOptions & { json?: boolean }) => runCommand(() => fingerprint(options))),
  );
  return command;
};

const init = async (options: ConfigOptions & { json?: boolean }): Promise<void> => {
  const files = caFilesOf(await loadFrom(options));
  const ca = await loadOrCreateClusterCa(files);
  const facts = { certFile: files.certFile, keyFile: files.keyFile, fingerprint: ca.fingerprint, clusterId: ca.clusterId };
  if (options.json) process.stdout.write(`${JSON.stringify(facts)}\n`);
  else
    process.stdout.write(
      `cluster      ${ca.clusterId}\nfingerprint  ${ca.fingerprint}\ncertificate  ${files.certFile}\nkey          ${files.keyFile}\n\nCopy both files to the same place on every member, mode 0600, then start all members with etcd.mode: bootstrap.\n`,
    );
};

const fingerprint = async (options: ConfigOptions & { json?: boolean }): Promise<void> => {
  const files = caFilesOf(await loadFrom(options));
  const ca = await readClusterCa(files);
  if (!ca)
    throw new AppError('CA_MISSING', { message: `there is no cluster CA at ${files.certFile}`, hint: 'Start the replica once, or run "quorated ca init".' });
  process.stdout.write(options.json ? `${JSON.stringify({ fingerprint: ca.fingerprint, clusterId: ca.clusterId })}\n` : `${ca.fingerprint}\n`);
};

const caFilesOf = ({ config }: Awaited<ReturnType<typeof loadFrom>>): { certFile: string; keyFile: string } => {
  const paths = resolvePaths(config);
  return { certFile: paths.caCertFile, keyFile: paths.caKeyFile };
};
