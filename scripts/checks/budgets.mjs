// Prints the size budgets of STYLE.md with today's figures and fails when one is over its stop value.
import { measureFiles } from '../lib/measure.mjs';
import { readSources } from '../lib/read-sources.mjs';
import { percentile } from '../lib/statistics.mjs';
import { readStyleExceptions } from '../lib/style-exceptions.mjs';

const stopFileLines = 400;
const stopFunctionLines = 90;
const stopOwnImports = 16;
const hundred = 100;

const files = measureFiles(readSources());
const isExcepted = readStyleExceptions();
const sources = files.filter((file) => !file.test);
const offenders = sources.flatMap(findOffences);

printTable(rows());
for (const offence of offenders) process.stdout.write(`STOP  ${offence}\n`);
process.exitCode = offenders.length > 0 ? 1 : 0;

function findOffences({ path, lines, ownImports, functions }) {
  const found = [];
  if (lines > stopFileLines && !isExcepted(path, 'lines')) found.push(`${path} has ${lines} lines`);
  if (ownImports > stopOwnImports && !isExcepted(path, 'imports')) found.push(`${path} imports ${ownImports} of our own files`);
  for (const one of functions) {
    if (one.lines > stopFunctionLines && !isExcepted(path, 'function')) found.push(`${path}:${one.line} is a function of ${one.lines} lines`);
  }
  return found;
}

function rows() {
  const lines = sources.map((file) => file.lines);
  const functions = sources.flatMap((file) => file.functions.map((one) => one.lines));
  const imports = sources.map((file) => file.ownImports);
  return [
    ['source files', sources.length, '', '', ''],
    ['lines per file, median', percentile(lines, 0.5), '<= 90', '', ''],
    ['lines per file, p95', percentile(lines, 0.95), '<= 300', '', ''],
    ['lines per file, most', Math.max(0, ...lines), '', '250', `${stopFileLines}`],
    ['lines per function, p90', percentile(functions, 0.9), '<= 30', '', ''],
    ['lines per function, most', Math.max(0, ...functions), '', '60', `${stopFunctionLines}`],
    ['own imports per file, p95', percentile(imports, 0.95), '<= 8', '12', ''],
    ['own imports per file, most', Math.max(0, ...imports), '', '12', `${stopOwnImports}`],
    ['comment lines', percent(sum(sources, 'commentLines') / sum(sources, 'lines')), '8-20 %', '<5 >30 %', ''],
    ['tests / source, core + daemon', testRatio(), '>= 1.0', '0.7', ''],
    ['any, !, enum', sum(sources, 'escapes'), '0', '', 'lint'],
  ];
}

function testRatio() {
  const ours = files.filter((file) => file.package === 'core' || file.package === 'daemon');
  const source = sum(
    ours.filter((file) => !file.test),
    'lines',
  );
  const tests = sum(
    ours.filter((file) => file.test),
    'lines',
  );
  return source === 0 ? '-' : (tests / source).toFixed(2);
}

function sum(list, key) {
  return list.reduce((total, one) => total + one[key], 0);
}

function percent(share) {
  return `${(share * hundred).toFixed(0)} %`;
}

function printTable(body) {
  const table = [['measure', 'now', 'aim', 'look twice', 'stop'], ...body].map((row) => row.map(String));
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table)
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd()}\n`,
    );
}
