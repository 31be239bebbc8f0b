/** Which address of this host others can reach, and how addresses and URLs are spelled. */
import { readFile } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { AppError } from '@quorate/core/errors/app-error';

export type RoutableAddress = {
  readonly address: string;
  /** Null for the fall-back to loopback. */
  readonly interfaceName: string | null;
  /** What the operator should know about the choice; null when it is plain. */
  readonly note: string | null;
};

type Interfaces = Readonly<Record<string, readonly Pick<NetworkInterfaceInfo, 'address' | 'family' | 'internal'>[] | undefined>>;

const LOOPBACK_NOTE = 'this host has no routable IPv4 address: 127.0.0.1 is used, and no other host can join. Set etcd.peer_url once it has one.';
/** Bridges and tunnels of container engines and hypervisors: their addresses mean nothing on another host. */
const VIRTUAL = /^(docker|br-|veth|virbr|cni|flannel|cali|podman|lxc|lxd|vmnet|tap|tun|wg|zt|tailscale)/;

/** The IPv4 address under which other hosts reach this one: that of the default route, else the first that is no virtual one's, else 127.0.0.1 with a note. */
export const routableIpv4 = async (): Promise<RoutableAddress> => {
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return pickIpv4(networkInterfaces(), defaultInterface(routes));
};

/** The choice itself, from what `os.networkInterfaces()` says and the name of the interface of the default route. */
export const pickIpv4 = (interfaces: Interfaces, preferred: string | null): RoutableAddress => {
  const candidates = Object.entries(interfaces)
    .flatMap(([name, entries]) => (entries ?? []).map((entry) => ({ ...entry, name })))
    .filter((entry) => entry.family === 'IPv4' && !entry.internal && !entry.address.startsWith('169.254.'));
  const chosen = candidates.find((entry) => entry.name === preferred) ?? candidates.find((entry) => !VIRTUAL.test(entry.name)) ?? candidates[0];
  if (chosen === undefined) return { address: '127.0.0.1', interfaceName: null, note: LOOPBACK_NOTE };
  const isPlain = chosen.name === preferred || new Set(candidates.map((entry) => entry.name)).size === 1;
  return {
    address: chosen.address,
    interfaceName: chosen.name,
    note: isPlain
      ? null
      : `this host has several addresses and no default route among them: ${chosen.address} (${chosen.name}) is used. Set etcd.peer_url to choose another.`,
  };
};

/** The interface of the default route with the lowest metric, from the text of /proc/net/route; null when there is none. */
export const defaultInterface = (routes: string): string | null => {
  const defaults = routes
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    // Iface Destination Gateway Flags RefCnt Use Metric Mask …
    .filter((fields) => fields[1] === '00000000' && fields[7] === '00000000')
    .sort((a, b) => Number(a[6]) - Number(b[6]));
  return defaults[0]?.[0] ?? null;
};

/** Host (without brackets) and port. */
export type Endpoint = { readonly host: string; readonly port: number };

/** Reads an https URL of host and port alone, as peer and replica URLs are. Throws INVALID_INPUT. */
export const parseEndpointUrl = (text: string, defaultPort = 443): Endpoint => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'https:' || url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '' || url.hostname === '')
    throw new AppError('INVALID_INPUT', { message: `"${text}" is not of the form https://host:port`, data: { url: text } });
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port === '' ? defaultPort : Number(url.port) };
};

/** A member's peer URL: 2380 is the port when none is written. Throws INVALID_INPUT. */
export const parsePeerUrl = (text: string): Endpoint => parseEndpointUrl(text, 2380);

/** `host:port`, IPv6 in brackets. */
export const formatEndpoint = (endpoint: Endpoint): string => `${isIP(endpoint.host) === 6 ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;

/** True for 127.0.0.0/8, ::1 and "localhost". */
export const isLoopbackHost = (host: string): boolean => {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
};
