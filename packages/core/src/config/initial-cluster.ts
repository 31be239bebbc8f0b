export type InitialMember = { readonly name: string; readonly peerUrl: string };

/** Reads "n0=https://10.0.0.10:2380,n1=https://10.0.0.11:2380"; null when an entry is not name=URL. */
export const parseInitialCluster = (text: string): InitialMember[] | null => {
  const members: InitialMember[] = [];
  for (const entry of text.split(',')) {
    const at = entry.indexOf('=');
    const name = entry.slice(0, Math.max(at, 0)).trim();
    const peerUrl = entry.slice(at + 1).trim();
    if (at < 0 || name === '' || peerUrl === '') return null;
    members.push({ name, peerUrl });
  }
  return members;
};
