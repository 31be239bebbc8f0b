import { type Address, isLoopbackHost, isWildcardHost, parseAddress, parsePlainUrl } from './address';
import type { RuleProblem } from './rule-problem';
import type { Config } from './schema';

/** Rules of the listeners: addresses, TLS, ports that collide. */
export const checkListeners = (config: Config): RuleProblem[] => [
  ...checkAddresses(config),
  ...checkAdvertised(config),
  ...checkPublicTls(config),
  ...checkPorts(config),
];

const LISTENERS = ['public', 'replica'] as const;

const checkAddresses = ({ listeners }: Config): RuleProblem[] =>
  LISTENERS.flatMap((name) => {
    const { address } = listeners[name];
    if (parseAddress(address)) return [];
    return [{ key: `listeners.${name}.address`, value: address, rule: 'must be host:port, for example 0.0.0.0:8080 or [::]:8080', related: [] }];
  });

const checkAdvertised = ({ listeners }: Config): RuleProblem[] =>
  LISTENERS.flatMap((name) => {
    const value = listeners[name].advertise_url;
    if (value === 'auto') return [];
    const key = `listeners.${name}.advertise_url`;
    const url = parsePlainUrl(value);
    const isPlainAllowed = name === 'public' && listeners.public.tls === 'off';
    const scheme = isPlainAllowed ? 'http(s)' : 'https';
    if (url?.rest !== '' || url.port === 0) return [{ key, value, rule: `must be auto or ${scheme}://host:port without a path`, related: [] }];
    const related = name === 'public' ? ['listeners.public.tls'] : [];
    if (url.scheme !== 'https' && !(isPlainAllowed && url.scheme === 'http')) {
      const why = name === 'public' ? 'listeners.public.tls is auto' : 'replicas speak TLS only';
      return [{ key, value, rule: `must be https: ${why}`, related }];
    }
    if (isWildcardHost(url.host)) return [{ key, value, rule: 'must name an address under which others reach this listener', related: [] }];
    return [];
  });

const checkPublicTls = ({ listeners: { public: listener } }: Config): RuleProblem[] => {
  if (listener.tls !== 'off' || listener.behind_proxy) return [];
  const address = parseAddress(listener.address);
  if (!address || isLoopbackHost(address.host)) return [];
  const rule = `must be auto: listeners.public.address ${listener.address} is reachable from other hosts, and credentials would travel unencrypted. If a proxy ends TLS in front of it, set listeners.public.behind_proxy: true`;
  return [{ key: 'listeners.public.tls', value: listener.tls, rule, related: ['listeners.public.address', 'listeners.public.behind_proxy'] }];
};

/** `host` is null for "auto": the routable address, which is not known here. */
type Port = { readonly key: string; readonly value: string; readonly host: string | null; readonly port: number };

const checkPorts = ({ etcd, listeners }: Config): RuleProblem[] => {
  const ports = [
    etcd.peer_url === 'auto'
      ? { key: 'etcd.peer_url', value: 'auto', host: null, port: 2380 }
      : toPort('etcd.peer_url', etcd.peer_url, parsePlainUrl(etcd.peer_url)),
    toPort('etcd.client_url', etcd.client_url, parsePlainUrl(etcd.client_url)),
    ...LISTENERS.map((name) => toPort(`listeners.${name}.address`, listeners[name].address, parseAddress(listeners[name].address))),
  ].filter((port) => port !== null);
  return ports.flatMap((port, at) =>
    ports
      .slice(0, at)
      .filter((earlier) => collide(earlier, port))
      .map((earlier) => ({
        key: port.key,
        value: port.value,
        rule: `must not use the port of ${earlier.key} (${earlier.value}) on the same address`,
        related: [earlier.key],
      })),
  );
};

const toPort = (key: string, value: string, address: Address | null): Port | null => address && { key, value, host: address.host, port: address.port };

const collide = (one: Port, other: Port): boolean => {
  if (one.port !== other.port || one.port === 0) return false;
  if (one.host === null || other.host === null) return !isLoopbackHost(one.host ?? other.host ?? '');
  return one.host === other.host || isWildcardHost(one.host) || isWildcardHost(other.host);
};
