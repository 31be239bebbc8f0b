/**
 * A journey through the dashboard: sign in by the link, make a token, watch two replicas join without a reload, see a replica die within
 * five seconds, remove a member with open eyes, and keep the page while the replica that serves it is gone.
 */
import AxeBuilder from '@axe-core/playwright';
import { expect as expectPage, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, chromiumPath, launchBrowser, takePicture } from '../harness/browser';
import { expectSuccess } from '../harness/run-command';
import { useCluster } from '../harness/test-cluster';
import { createDashboardPage, type DashboardPage } from '../pages/dashboard-page';

/** The page tells the truth within this time. */
const TOLD_WITHIN_MS = 5_000;
/** The page calls what it shows old: after it has missed two polls and the next look at its clock. */
const STALE_WITHIN_MS = 25_000;
/** Until a join is over, on a busy machine. */
const JOINED_WITHIN_MS = 45_000;
const executablePath = chromiumPath();

const where = executablePath ?? 'nowhere: no Chromium found, install it or name it in CHROME_PATH';

describe.runIf(executablePath !== null)(`the dashboard, looked at with ${where}`, () => {
  const present = useCluster('dashboard', { count: 3, block: 36, story: true });
  let browser: Browser;
  let page: Page;
  let problems: readonly string[];
  let dashboard: DashboardPage;

  beforeAll(async () => {
    browser = await launchBrowser(executablePath ?? '');
    ({ page, problems } = await browser.openPage());
    dashboard = createDashboardPage(page);
  }, 30_000);
  afterAll(() => browser?.close(), 30_000);

  it('asks a stranger for the administrator token, and says what is wrong with a false one', { timeout: 60_000 }, async () => {
    const first = await present().found();
    const stranger = await browser.openPage({ colorScheme: 'dark' });
    await stranger.page.goto(`${first.publicUrl}/#token=qrt_admin_false`);
    await expectPage(stranger.page.getByRole('heading', { name: 'Sign in to Quorate' })).toBeVisible();
    await expectPage(stranger.page.getByRole('alert').filter({ hasText: 'The token was refused' })).toBeVisible();
    await takePicture(stranger.page, 'sign-in-dark');
    await expectAccessible(stranger.page);
    await stranger.page.getByLabel('Administrator token').fill(present().adminToken());
    await stranger.page.getByRole('button', { name: 'Sign in' }).click();
    await expectPage(createDashboardPage(stranger.page).tolerance).toContainText('no redundancy');
  });

  it('signs in by the link, and forgets the token in the address', { timeout: 30_000 }, async () => {
    const cluster = present();
    const first = cluster.replica(0);
    await dashboard.open(first.publicUrl, cluster.adminToken());
    await expectPage(dashboard.tolerance).toContainText('no redundancy');
    await expectPage(dashboard.stream).toContainText('Live');
    expect(page.url()).not.toContain('qrt_admin');
    await expectPage(page.getByRole('heading', { name: 'Grow to three replicas' })).toBeVisible();
    await takePicture(page, 'alone-light');
    await expectAccessible(page);
  });

  it('makes a token whose command joins two replicas, and shows them arrive without a reload', { timeout: 120_000 }, async () => {
    const cluster = present();
    await page.evaluate(() => Object.assign(window, { notReloaded: true }));
    const { invitation, command } = await dashboard.createToken({ note: 'two more', uses: 2 });
    expect(command).toContain(`quorated join --invite ${invitation}`);
    await takePicture(page, 'token-light');
    await expectAccessible(page);
    for (const joiner of [cluster.replica(1), cluster.replica(2)]) {
      expectSuccess('quorated join --invite', await cluster.join(joiner, { invitation }));
      joiner.start();
      await expectPage(dashboard.dialog.getByRole('region', { name: 'Replicas that used this token' })).toContainText(joiner.name, {
        timeout: JOINED_WITHIN_MS,
      });
      await joiner.waitReady();
    }
    await dashboard.dialog.getByRole('button', { name: 'Done' }).click();
    for (const name of ['quorate-0', 'quorate-1', 'quorate-2']) await expectPage(dashboard.member(name)).toContainText('Voter', { timeout: TOLD_WITHIN_MS });
    await expectPage(dashboard.tolerance).toContainText('Survives 1 more failure', { timeout: TOLD_WITHIN_MS });
    expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
    expect(problems).toEqual([]);
  });

  it('is readable in light and dark, wide and narrow, and clean for assistive technology', { timeout: 60_000 }, async () => {
    const cluster = present();
    for (const look of [
      { colorScheme: 'light' },
      { colorScheme: 'dark' },
      { colorScheme: 'light', width: 360, height: 780 },
      { colorScheme: 'dark', width: 360, height: 780 },
    ] as const) {
      const opened = await browser.openPage(look);
      const there = createDashboardPage(opened.page);
      await there.open(cluster.replica(1).publicUrl, cluster.adminToken());
      await expectPage(there.tolerance).toContainText('Survives 1 more failure');
      await expectPage(there.member('quorate-2')).toContainText('Ready');
      await takePicture(opened.page, `three-${look.colorScheme}-${'width' in look ? look.width : 'wide'}`);
      expect(await opened.page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'no sideways scrolling').toBe(
        true,
      );
      await expectAccessible(opened.page);
      expect(opened.problems).toEqual([]);
    }
  });

  it('shows within five seconds that a replica died, and that it is back', { timeout: 60_000 }, async () => {
    const victim = present().replica(2);
    await victim.killAll();
    await expectPage(dashboard.member(victim.name)).toContainText('Unreachable', { timeout: TOLD_WITHIN_MS });
    await expectPage(dashboard.tolerance).toContainText('Does not survive another failure', { timeout: TOLD_WITHIN_MS });
    await takePicture(page, 'degraded-light');
    await expectAccessible(page);
    victim.start();
    await victim.waitReady();
    await expectPage(dashboard.tolerance).toContainText('Survives 1 more failure', { timeout: TOLD_WITHIN_MS });
  });

  it('removes a member only after it told what will be left', { timeout: 60_000 }, async () => {
    const cluster = present();
    await cluster.waitVoters(cluster.replica(0), ['quorate-0', 'quorate-1', 'quorate-2']);
    await page.getByRole('button', { name: 'Remove quorate-2…' }).click();
    const { dialog } = dashboard;
    await expectPage(dialog.getByRole('group', { name: 'Tolerance now' })).toContainText('3 of 3 voters up');
    await expectPage(dialog.getByRole('group', { name: 'Tolerance afterwards' })).toContainText('2 of 2 voters up');
    await takePicture(page, 'remove-light');
    await expectAccessible(page);
    const force = dialog.getByRole('checkbox');
    if ((await force.count()) > 0) await force.check();
    const confirm = dialog.getByRole('button', { name: 'Remove quorate-2' });
    await expectPage(confirm).toBeDisabled();
    await dialog.getByRole('textbox').fill('quorate-2');
    await confirm.click();
    await expectPage(dashboard.member('quorate-2')).toHaveCount(0, { timeout: 20_000 });
    await cluster.waitVoters(cluster.replica(0), ['quorate-0', 'quorate-1']);
  });

  it('keeps the page when the replica that serves it dies, says so, and comes back', { timeout: 60_000 }, async () => {
    const cluster = present();
    await cluster.replica(0).killAll();
    await expectPage(dashboard.stream).toContainText(/Reconnecting|Lost/, { timeout: TOLD_WITHIN_MS });
    await expectPage(page.getByRole('alert').filter({ hasText: 'Not current' })).toBeVisible({ timeout: STALE_WITHIN_MS });
    await expectPage(page.getByRole('alert').getByRole('link', { name: 'quorate-1' })).toBeVisible();
    await takePicture(page, 'gone-light');
    cluster.replica(0).start();
    await cluster.replica(0).waitReady();
    await expectPage(dashboard.stream).toContainText('Live', { timeout: 20_000 });
    await expectPage(page.getByRole('alert').filter({ hasText: 'Not current' })).toHaveCount(0);
  });
});

const expectAccessible = async (page: Page): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
};
