import type { Config } from '@quorate/core/config/schema';
import { AppError } from '@quorate/core/errors/app-error';

/** The addresses of a replica, resolved: what it listens on and what it tells others. */
export type ReplicaUrls = {
  /** https://host:2380 */
  readonly peer: string;
  /** Where etcd listens for peers: an IP address, as etcd wants it. */
  readonly listenPeer: string;
  readonly client: string;
  readonly replica: string;
  readonly public: string | null;
};

/** Port etcd has for peers (IANA 2380). */
const PEER_PORT = 2380;

/** Resolves "auto" with the routable address of this host. `isIp` tells literals from names. */
export const resolveUrls = (config: Config, host: { readonly routableIp: string; readonly isIp: (host: string) => boolean }): ReplicaUrls => {
  const peer = config.etcd.peer_url === 'auto' ? `https://${bracket(host.routableIp)}:${PEER_PORT}` : config.etcd.peer_url;
  const peerHost = hostOf(peer);
  const { public: publicListener, replica } = config.listeners;
  const publicScheme = publicListener.tls === 'off' ? 'http' : 'https';
  return {
    peer,
    // etcd binds to addresses only; behind a name it listens everywhere, and mutual TLS decides who gets in.
    listenPeer: host.isIp(peerHost) ? peer : `https://0.0.0.0:${new URL(peer).port || PEER_PORT}`,
    client: config.etcd.client_url,
    replica:
      replica.advertise_url === 'auto' ? `https://${bracket(advertisedHost(replica.address, peerHost))}:${portOf(replica.address)}` : replica.advertise_url,
    public:
      publicListener.advertise_url === 'auto'
        ? `${publicScheme}://${bracket(advertisedHost(publicListener.address, peerHost))}:${portOf(publicListener.address)}`
        : publicListener.advertise_url,
  };
};

/** "host:port" or "[::1]:port" as a listener wants it. Throws CONFIG_INVALID. */
export const parseAddress = (address: string): { readonly host: string; readonly port: number } => {
  const match = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(address);
  const port = Number(match?.[2]);
  if (!match?.[1] || port > 65_535) throw new AppError('CONFIG_INVALID', { message: `"${address}" is not host:port` });
  return { host: match[1], port };
};

const portOf = (address: string): number => parseAddress(address).port;
const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');
const bracket = (host: string): string => (host.includes(':') ? `[${host}]` : host);
/** A listener on all addresses is reached where the peer is. */
const advertisedHost = (address: string, peerHost: string): string => {
  const { host } = parseAddress(address);
  return host === '0.0.0.0' || host === '::' ? peerHost : host;
};
