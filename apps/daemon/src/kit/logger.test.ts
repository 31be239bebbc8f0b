import { AppError } from '@quorate/core/errors/app-error';
import { describe, expect, it } from 'vitest';
import { createLogger, type LogLevel, silentLogger } from './logger';

const capture = (level: LogLevel = 'debug') => {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ level, stream: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) } });
  return { logger, lines };
};

describe('createLogger', () => {
  it('writes level, time, message and facts as one JSON object a line', () => {
    const { logger, lines } = capture();
    logger.child({ room: 'test' }).info({ memberId: 2n ** 60n, port: 8443 }, 'listening');
    logger.debug('plain');
    expect(lines[0]).toMatchObject({ level: 'info', room: 'test', memberId: '1152921504606846976', port: 8443, msg: 'listening' });
    expect(lines[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(lines[1]).toMatchObject({ level: 'debug', msg: 'plain' });
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = capture('warn');
    logger.info('no');
    logger.child({ a: 1 }).warn('yes');
    expect(lines.map((line) => line.msg)).toEqual(['yes']);
  });

  it('never writes a secret, wherever it hangs', () => {
    const { logger, lines } = capture();
    logger.child({ adminToken: 'hush' }).info(
      {
        token: 'hush',
        tokenId: 'kept',
        deep: [{ password: 'hush', 'ca-key_pem': 'hush', headers: { Authorization: 'hush' } }],
        pem: '-----BEGIN RSA PRIVATE KEY-----\nhush',
      },
      'm',
    );
    expect(JSON.stringify(lines)).not.toContain('hush');
    expect(lines[0]).toMatchObject({ tokenId: 'kept', token: '[redacted]' });
  });

  it('spells an error out with code, data and the whole chain of causes', () => {
    const { logger, lines } = capture();
    const inner = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    logger.error(
      {
        err: new AppError('DAEMON_UNREACHABLE', { message: 'ask a replica', cause: new Error('socket', { cause: inner }), data: { url: 'u', token: 'hush' } }),
      },
      'join failed',
    );
    expect(lines[0]?.err).toMatchObject({
      code: 'DAEMON_UNREACHABLE',
      message: 'ask a replica',
      data: { url: 'u', token: '[redacted]' },
      cause: { message: 'socket', cause: { message: 'connect', code: 'ECONNREFUSED', stack: expect.stringContaining('logger.test') } },
    });
  });

  it('survives what cannot be written as JSON', () => {
    const { logger, lines } = capture();
    const loop: Record<string, unknown> = { name: 'loop', bytes: new Uint8Array(3) };
    loop.self = loop;
    logger.warn({ loop }, 'odd');
    expect(lines[0]).toMatchObject({ loop: { name: 'loop', bytes: '[3 bytes]' } });
  });
});

describe('silentLogger', () => {
  it('has children that are as silent', () => {
    expect(() => silentLogger.child({ room: 'x' }).error({ err: new Error('e') }, 'm')).not.toThrow();
  });
});
