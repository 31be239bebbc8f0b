// `npm run bench`: measures the figures that Quorate promises, side by side in one run, and writes them as a table.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { failOver } from '../bench/fail-over';
import { healAfterPartition } from '../bench/heal-after-partition';
import { joinTime } from '../bench/join-time';
import { labGrowth } from '../bench/lab-growth';
import type { BenchPart, Figure } from '../bench/part';
import { politeStop } from '../bench/polite-stop';
import { readyAfterStart } from '../bench/ready-after-start';
import { residentMemory } from '../bench/resident-memory';
import { figuresTable } from '../bench/table';
import { hasWholeLoopback } from '../harness/addresses';
import { testDir } from '../harness/paths';

const PARTS: readonly BenchPart[] = [joinTime, labGrowth, failOver, politeStop, residentMemory, readyAfterStart, healAfterPartition];
const DEFAULT_ROUNDS = 10;

const HELP = `npm run bench [-- OPTIONS]: measures Quorate on this machine

  --only a,b     some parts only: ${PARTS.map((part) => part.name).join(', ')}
  --rounds N     how often each timed act is repeated (default ${DEFAULT_ROUNDS})
  --out FILE     where the table goes (default .quorate/test/figures.md)
`;

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, rounds: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS);
  const only = values.only?.split(',');
  const unknown = only?.filter((name) => !PARTS.some((part) => part.name === name)) ?? [];
  if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
    process.stderr.write(HELP);
    return 64;
  }
  const figures: Figure[] = [];
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const wholeLoopback = await hasWholeLoopback();
  for (const part of PARTS.filter(({ name }) => only === undefined || only.includes(name))) {
    figures.push(...(await part.run({ rounds, wholeLoopback, dir: testDir(`bench-${part.name}`), say })));
  }
  const table = figuresTable(figures, { rounds, at: new Date() });
  const out = values.out ?? testDir('figures.md');
  mkdirSync(path.dirname(out), { recursive: true });
  writeFileSync(out, table);
  process.stdout.write(`\n${table}\nwritten to ${path.relative(process.cwd(), out)}\n`);
  return figures.some((figure) => figure.verdict === 'missed') ? 1 : 0;
};

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
