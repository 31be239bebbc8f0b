import { isIP } from 'node:net';
import { type Config, ConfigSchema } from '@quorate/core/config/schema';
import { describe, expect, it } from 'vitest';
import { parseAddress, resolveUrls } from './urls';

type Part = {
  peer?: string;
  replica?: { address?: string; advertise_url?: string };
  public?: { address?: string; advertise_url?: string; tls?: 'auto' | 'off' };
};
const config = (part: Part = {}): Config =>
  ConfigSchema.parse({ etcd: part.peer === undefined ? {} : { peer_url: part.peer }, listeners: { replica: part.replica ?? {}, public: part.public ?? {} } });
const resolve = (part: Part = {}, routableIp = '192.0.2.7') => resolveUrls(config(part), { routableIp, isIp: (host) => isIP(host) !== 0 });

describe('the addresses of a replica', () => {
  it('are those of its routable address where nothing is configured', () => {
    expect(resolve()).toEqual({
      peer: 'https://192.0.2.7:2380',
      listenPeer: 'https://192.0.2.7:2380',
      client: 'https://127.0.0.1:2379',
      replica: 'https://192.0.2.7:8443',
      public: 'https://192.0.2.7:8080',
    });
  });

  it('follow the peer URL where a listener is on all addresses', () => {
    expect(resolve({ peer: 'https://198.51.100.3:12380' })).toMatchObject({ replica: 'https://198.51.100.3:8443', public: 'https://198.51.100.3:8080' });
  });

  it('are those of the listener where that has an address of its own', () => {
    expect(resolve({ replica: { address: '198.51.100.4:9443' }, public: { address: '127.0.0.1:9080', tls: 'off' } })).toMatchObject({
      peer: 'https://192.0.2.7:2380',
      replica: 'https://198.51.100.4:9443',
      public: 'http://127.0.0.1:9080',
    });
  });

  it('are the advertised ones where these are configured', () => {
    const [replica, publicUrl] = ['https://nat.example:18443', 'https://console.example'];
    expect(resolve({ replica: { advertise_url: replica }, public: { advertise_url: publicUrl } })).toMatchObject({ replica, public: publicUrl });
  });

  it('may be names: etcd listens everywhere then, for it binds to addresses only', () => {
    expect(resolve({ peer: 'https://n1.example:12380' })).toMatchObject({
      peer: 'https://n1.example:12380',
      listenPeer: 'https://0.0.0.0:12380',
      replica: 'https://n1.example:8443',
    });
    expect(resolve({ peer: 'https://n1.example' }).listenPeer).toBe('https://0.0.0.0:2380');
  });

  it('may be IPv6', () => {
    expect(resolve({}, '2001:db8::7')).toMatchObject({ peer: 'https://[2001:db8::7]:2380', replica: 'https://[2001:db8::7]:8443' });
    expect(resolve({ peer: 'https://[2001:db8::8]:2380', replica: { address: '[::]:8443' } })).toMatchObject({
      listenPeer: 'https://[2001:db8::8]:2380',
      replica: 'https://[2001:db8::8]:8443',
    });
    expect(resolve({ replica: { address: '[::1]:8443' } }).replica).toBe('https://[::1]:8443');
  });
});

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
    ['[::1]:8443', { host: '::1', port: 8443 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
  ])('may be %s', (text, parsed) => {
    expect(parseAddress(text)).toEqual(parsed);
  });

  it.each(['', ':80', '127.0.0.1', '127.0.0.1:', '127.0.0.1:http', '127.0.0.1:65536'])('may not be "%s"', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
