/** Hosts of a replica's URLs, for the subject alternative names of its leaves: each once, sorted, IPv6 without brackets. */
export const leafHosts = (urls: readonly (string | null)[]): readonly string[] =>
  [...new Set(urls.flatMap((url) => (url === null ? [] : [new URL(url).hostname.replace(/^\[|\]$/g, '')])))].sort();
