/** Reading of "host:port" and of URLs that are nothing but scheme, host and port. Names are not resolved here. */

export type Address = {
  /** Without the brackets of an IPv6 address; lower case. */
  readonly host: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
};

/** A URL such as https://host:2380. `rest` is what follows the port: a path, or nothing. */
export type PlainUrl = Address & { readonly scheme: string; readonly rest: string };

const HOST = String.raw`\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?`;
const ADDRESS = new RegExp(`^(${HOST}):(\\d{1,5})$`);
const PLAIN_URL = new RegExp(`^([a-z][a-z0-9+.-]*)://(${HOST}):(\\d{1,5})([/?#].*)?$`);
const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** Reads "host:port"; null when it is not one. */
export const parseAddress = (text: string): Address | null => {
  const match = ADDRESS.exec(text);
  return match ? toAddress(match[1] ?? '', match[2] ?? '') : null;
};

/** Reads "scheme://host:port…"; null when it is not one, also when the port is missing. */
export const parsePlainUrl = (text: string): PlainUrl | null => {
  const match = PLAIN_URL.exec(text);
  const address = match && toAddress(match[2] ?? '', match[3] ?? '');
  return match && address ? { ...address, scheme: match[1] ?? '', rest: match[4] ?? '' } : null;
};

/** The same text for the same address, for comparisons: lower case, no trailing slash. Anything unreadable comes back as it is. */
export const normalizeUrl = (text: string): string => {
  const url = parsePlainUrl(text);
  return url ? `${url.scheme}://${url.host.includes(':') ? `[${url.host}]` : url.host}:${url.port}${url.rest === '/' ? '' : url.rest}` : text;
};

/** True for 127.0.0.0/8, ::1 and localhost: nobody outside this host reaches it. */
export const isLoopbackHost = (host: string): boolean => host === 'localhost' || host === '::1' || (isIpv4(host) && host.startsWith('127.'));

/** True for 0.0.0.0 and ::, which mean "every address of this host" and are no address to reach it under. */
export const isWildcardHost = (host: string): boolean => host === '0.0.0.0' || host === '::';

const isIpv4 = (host: string): boolean => {
  const parts = IPV4.exec(host)?.slice(1);
  return parts?.every((part) => Number(part) <= 255) ?? false;
};

const toAddress = (host: string, port: string): Address | null => {
  const number = Number(port);
  return number <= 65_535 ? { host: host.replace(/^\[(.*)\]$/, '$1').toLowerCase(), port: number } : null;
};
