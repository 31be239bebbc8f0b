import { describe, expect, it } from 'vitest';
import { defaultInterface, formatEndpoint, isLoopbackHost, parsePeerUrl, pickIpv4, routableIpv4 } from './addresses';

const v4 = (address: string, internal = false) => ({ address, family: 'IPv4' as const, internal });
const v6 = (address: string) => ({ address, family: 'IPv6' as const, internal: false });
const ROUTES = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth1\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth1\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
`;

describe('defaultInterface', () => {
  it('is that of the default route with the lowest metric', () => {
    expect(defaultInterface(ROUTES)).toBe('eth1');
    expect(defaultInterface('')).toBeNull();
    expect(defaultInterface(ROUTES.split('\n').slice(0, 1).join('\n'))).toBeNull();
  });
});

describe('pickIpv4', () => {
  it.each<[string, Parameters<typeof pickIpv4>, object]>([
    [
      'the address of the default route',
      [{ lo: [v4('127.0.0.1', true)], eth0: [v4('10.0.0.1')], eth1: [v6('fe80::1'), v4('10.0.1.1')] }, 'eth1'],
      { address: '10.0.1.1', interfaceName: 'eth1', note: null },
    ],
    ['the only address, without a note', [{ lo: [v4('127.0.0.1', true)], eth0: [v4('10.0.0.1')] }, null], { address: '10.0.0.1', note: null }],
    [
      'a real interface before a container bridge, with a note',
      [{ docker0: [v4('172.17.0.1')], eth0: [v4('10.0.0.1')] }, null],
      { address: '10.0.0.1', note: expect.stringContaining('etcd.peer_url') },
    ],
    ['a bridge when there is nothing else', [{ docker0: [v4('172.17.0.1')] }, null], { address: '172.17.0.1' }],
    [
      'loopback, with a note, when there is nothing',
      [{ lo: [v4('127.0.0.1', true)], eth0: [v4('169.254.7.7'), v6('2001:db8::1')] }, 'eth0'],
      { address: '127.0.0.1', interfaceName: null, note: expect.stringContaining('no routable IPv4') },
    ],
  ])('takes %s', (_, args, expected) => {
    expect(pickIpv4(...args)).toMatchObject(expected);
  });
});

describe('routableIpv4', () => {
  it('finds an address on this machine', async () => {
    expect((await routableIpv4()).address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  });
});

describe('parsePeerUrl', () => {
  it.each([
    ['https://10.0.0.1:2380', { host: '10.0.0.1', port: 2380 }],
    ['https://n1.example.org', { host: 'n1.example.org', port: 2380 }],
    ['https://[2001:db8::1]:443', { host: '2001:db8::1', port: 2380 }],
    ['https://[2001:db8::1]:12380/', { host: '2001:db8::1', port: 12380 }],
  ])('reads %s', (text, expected) => {
    expect(parsePeerUrl(text)).toEqual(expected);
  });

  it.each(['', 'n1:2380', 'http://n1:2380', 'https://n1:2380/path', 'https://u@n1:2380', 'https://n1:99999', 'https://n1:2380?x'])('refuses %j', (text) => {
    expect(() => parsePeerUrl(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe('formatEndpoint', () => {
  it('puts IPv6 in brackets', () => {
    expect(formatEndpoint({ host: '::1', port: 1 })).toBe('[::1]:1');
    expect(formatEndpoint({ host: 'n1', port: 2380 })).toBe('n1:2380');
  });
});

describe('isLoopbackHost', () => {
  it.each(['127.0.0.1', '127.0.22.1', '::1', 'localhost', 'LocalHost'])('takes %s for loopback', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });
  it.each(['10.0.0.1', '128.0.0.1', '::2', 'n1.localhost.example', '127.0.0.1.example.org'])('does not take %s for loopback', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});
