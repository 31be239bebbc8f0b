import { type Document, isMap, LineCounter, parseDocument, YAMLMap } from 'yaml';
import { configInvalid } from './config-problem';
import { readYaml } from './yaml-source';

export type JoinEdit = {
  /** etcd.name */
  readonly name: string;
  /** Replica listeners of the cluster, joined by commas. */
  readonly cpUrl: string;
  readonly caFingerprint: string;
  /** File that holds the token. The token itself is never written into the configuration. */
  readonly tokenPath: string;
  /** etcd.cluster_token; left as it is when absent. */
  readonly clusterToken?: string;
  /** etcd.peer_url; left as it is when absent. */
  readonly peerUrl?: string;
  /** "30s"; left as it is when absent. */
  readonly timeout?: string;
};

/**
 * The text of a configuration file, changed so that the next start joins a cluster. Comments and all other keys stay.
 * etcd.initial_cluster goes: it belongs to mode bootstrap and would be refused beside mode join.
 *
 * @param file Name of the file, for messages.
 * @throws AppError CONFIG_INVALID when the text is not a valid YAML mapping.
 */
export const editConfigForJoin = (text: string, edit: JoinEdit, file: string): string => {
  const { problems } = readYaml(text, file);
  if (problems.length > 0) throw configInvalid(problems);
  const document = parseDocument(text, { lineCounter: new LineCounter() });
  const etcd = groupOf(document, 'etcd');
  setAll(etcd, { mode: 'join', name: edit.name, peer_url: edit.peerUrl, cluster_token: edit.clusterToken });
  etcd.delete('initial_cluster');
  const join = groupOf(document, 'cluster_join');
  setAll(join, { cp_url: edit.cpUrl, token_path: edit.tokenPath, ca_fingerprint: edit.caFingerprint, timeout: edit.timeout });
  join.delete('token');
  return document.toString({ lineWidth: 0 });
};

/** The mapping at a top-level key; made when it is missing or empty ("etcd:" with nothing below it). */
const groupOf = (document: Document, key: string): YAMLMap => {
  const found = document.get(key, true);
  if (isMap(found)) return found as YAMLMap;
  const group = new YAMLMap();
  document.set(key, group);
  return group;
};

const setAll = (group: YAMLMap, values: Readonly<Record<string, string | undefined>>): void => {
  for (const [key, value] of Object.entries(values)) if (value !== undefined) group.set(key, value);
};
