// Runs one vitest project and reads its counts from the JSON report, not from the screen.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { show } from './exec.mjs';
import { root, testDir } from './paths.mjs';

/**
 * @param {{ project: string, filters: string[], env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function runVitestProject({ project, filters, env }) {
  mkdirSync(testDir, { recursive: true });
  const report = join(testDir, `${project}.json`);
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const status = await show(process.execPath, [vitest, 'run', `--project=${project}`, '--passWithNoTests', ...reporters, ...filters], { env });
  return countResults({ report: readReport(report), status });
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Counts tests. A file that failed without a failing test (it did not load, a hook broke) counts as one failure, and so does a run that
 * ended badly although every test passed: nothing that went wrong may sum up to zero.
 *
 * @param {{ report: { testResults: { status: string, assertionResults: { status: string }[] }[] } | undefined, status: number }} options
 */
export function countResults({ report, status }) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    const failedBefore = counts.failed;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed += 1;
      else if (test.status === 'failed') counts.failed += 1;
      else counts.skipped += 1;
    }
    if (file.status === 'failed' && counts.failed === failedBefore) counts.failed += 1;
  }
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}
