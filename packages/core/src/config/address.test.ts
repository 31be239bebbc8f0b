import { describe, expect, it } from 'vitest';
import { isLoopbackHost, isWildcardHost, normalizeUrl, parseAddress, parsePlainUrl } from './address';
import { parseInitialCluster } from './initial-cluster';

describe('parseAddress', () => {
  it.each([
    ['0.0.0.0:8080', '0.0.0.0', 8080],
    ['[::1]:0', '::1', 0],
    ['Host-1.example:65535', 'host-1.example', 65_535],
  ])('reads %s', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  it.each(['', '8080', ':8080', 'h', 'h:', 'h:65536', 'h:-1', 'h:80x', '::1:80', 'h :80', '-h:80', 'https://h:80', 'h:80/'])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});

describe('parsePlainUrl', () => {
  it('takes scheme, host, port and what follows apart', () => {
    expect(parsePlainUrl('https://[fd00::1]:2380/raft?x')).toEqual({ scheme: 'https', host: 'fd00::1', port: 2380, rest: '/raft?x' });
    expect(parsePlainUrl('http://h:80')).toEqual({ scheme: 'http', host: 'h', port: 80, rest: '' });
  });

  it.each(['h:80', 'https://h', 'https://:80', 'https://u:p@h:80', 'https://h:99999', 'https:// h:80'])('refuses %j', (text) => {
    expect(parsePlainUrl(text)).toBeNull();
  });
});

describe('hosts', () => {
  it('knows loopback from what only looks like it', () => {
    expect(['127.0.0.1', '127.8.9.10', '::1', 'localhost'].every(isLoopbackHost)).toBe(true);
    expect(['10.0.0.1', '127.0.0.1.example.org', '127.0.0.256', '0.0.0.0', '::', 'localhost.example'].some(isLoopbackHost)).toBe(false);
  });

  it('knows the addresses that mean "all"', () => {
    expect(['0.0.0.0', '::'].every(isWildcardHost)).toBe(true);
    expect(isWildcardHost('127.0.0.1')).toBe(false);
  });

  it('gives one text for one URL', () => {
    expect(normalizeUrl('https://Host:2380/')).toBe('https://host:2380');
    expect(normalizeUrl('https://[FD00::1]:02380')).toBe('https://[fd00::1]:2380');
    expect(normalizeUrl('not a url')).toBe('not a url');
  });
});

describe('parseInitialCluster', () => {
  it('reads names and URLs, with white space around them', () => {
    expect(parseInitialCluster('n0=https://a:1, n1 = https://b:2')).toEqual([
      { name: 'n0', peerUrl: 'https://a:1' },
      { name: 'n1', peerUrl: 'https://b:2' },
    ]);
  });

  it.each(['', 'n0', 'n0=', '=https://a:1', 'n0=https://a:1,'])('refuses %j', (text) => {
    expect(parseInitialCluster(text)).toBeNull();
  });
});
