import { describe, expect, it } from 'vitest';
import { allOf, createProgram } from './program';
import { runCommand } from './testing/run-command';

const program = createProgram(() => async () => undefined, { out: () => undefined });
const pathOf = (command: (typeof program)['commands'][number]): string[] => (command.parent === null ? [] : [...pathOf(command.parent), command.name()]);
const commands = allOf(program).filter((command) => command.commands.length === 0);

describe('the help', () => {
  it.each(commands.map((command) => [pathOf(command).join(' ')]))(
    'of "%s" says what it does, shows examples and the options that all commands take',
    async (command) => {
      const { status, out, err } = await runCommand([...command.split(' '), '--help']);
      expect([status, err]).toEqual([0, '']);
      expect(out).toContain(`Usage: quorate ${command} [options]`);
      expect(out).toMatch(new RegExp(`Examples:\\n {2}quorate ${command}`));
      expect(out).toContain('--endpoint <urls>');
    },
  );

  it('of the program lists its nouns', async () => {
    const { status, out } = await runCommand(['--help']);
    expect(status).toBe(0);
    expect(out).toMatch(/cluster +The cluster/);
    expect(out).toContain('QUORATE_ENDPOINTS');
  });
});
