// `npm test [-- --only checks|unit|int|e2e] [-- file filters…]`: everything that must hold before a change lands, in one command.
// Static checks run together and report together; tests run after them. The first class that fails ends the run.
// The last line is always "N passed, N failed" (", N skipped" when some were).
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { capture } from './lib/exec.mjs';
import { root } from './lib/paths.mjs';
import { printProblem, setup } from './lib/setup.mjs';
import { checks, projects } from './lib/steps.mjs';
import { runVitestProject } from './lib/vitest.mjs';

/** Exit status of sysexits(3) for a wrong command line. */
const exitUsage = 64;

const { only, filters } = readArguments();
process.exitCode = await main();

async function main() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const wanted = projects.filter((project) => only === undefined || only === project.name);
  const classes = [];
  if (only === undefined || only === 'checks') classes.push({ name: 'checks', run: () => runChecks() });
  let prepared;
  try {
    prepared = await setup(needsOf(wanted, classes));
  } catch (error) {
    printProblem(error);
    return finish({ ...total, failed: 1 }, 'set-up');
  }
  for (const project of wanted) classes.push({ name: project.name, run: () => runProject(project, prepared) });
  for (const [index, step] of classes.entries()) {
    const counts = await step.run();
    for (const key of Object.keys(total)) total[key] += counts[key];
    if (counts.failed > 0) return finish(total, step.name, classes.slice(index + 1));
  }
  return finish(total);
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });
    const names = ['checks', 'unit', 'int', 'e2e'];
    if (values.only !== undefined && !names.includes(values.only)) throw new Error(`--only is one of ${names.join(', ')}, not ${values.only}`);
    return { only: values.only, filters: positionals };
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(exitUsage);
  }
}

/** The types of the dashboard include files that its build writes, so the static checks want the build too. */
function needsOf(wanted, classes) {
  const needs = { etcd: false, chromium: false, build: classes.length > 0 };
  for (const project of wanted) for (const [need, value] of Object.entries(project.needs)) needs[need] ||= value;
  return needs;
}

async function runChecks() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const check of checks) {
    const startedAt = performance.now();
    const results = await Promise.all(check.commands.map((command) => capture(process.execPath, command, { cwd: root })));
    const failures = results.filter((result) => result.status !== 0);
    report(check.name, { ok: failures.length === 0, startedAt });
    for (const { stdout, stderr } of check.shows ? results : failures) process.stdout.write(`${`${stdout}${stderr}`.trimEnd()}\n\n`);
    counts[failures.length === 0 ? 'passed' : 'failed'] += 1;
  }
  return counts;
}

async function runProject(project, { env, chromiumProblem }) {
  const startedAt = performance.now();
  const counts = await runVitestProject({ project: project.name, filters, env });
  report(project.name, { ok: counts.failed === 0, startedAt, counts });
  if (project.needs.chromium && chromiumProblem !== undefined) printSkip(chromiumProblem);
  return counts;
}

function report(name, { ok, startedAt, counts }) {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${name.padEnd(14)} ${ok ? 'ok    ' : 'FAILED'} ${seconds.padStart(6)} s${counts ? `  ${summary(counts)}` : ''}\n`);
}

function printSkip(problem) {
  process.stdout.write(`browser tests were skipped: ${problem.message}. ${problem.detail}\n`);
}

function finish(total, failedClass, notRun = []) {
  if (failedClass !== undefined) {
    const rest = notRun.map((step) => step.name).join(', ');
    process.stdout.write(`\n${failedClass} failed${rest === '' ? '' : `; not run: ${rest}`}\n`);
  }
  process.stdout.write(`${summary(total)}\n`);
  return total.failed > 0 ? 1 : 0;
}

function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
