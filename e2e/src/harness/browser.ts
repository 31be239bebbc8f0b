import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { testDir } from './paths';

export type PageOptions = { readonly colorScheme?: 'light' | 'dark'; readonly width?: number; readonly height?: number };

export type Browser = {
  /** A page in a context of its own. `problems` grows with everything the page's console calls an error. */
  readonly openPage: (options?: PageOptions) => Promise<{ readonly page: Page; readonly problems: readonly string[] }>;
  readonly close: () => Promise<void>;
};

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** No calls home: on a closed network each would fail, and be retried. Without a sandbox, since tests may run as root. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium to use: CHROME_PATH, else the system's; null when there is none. */
export const chromiumPath = (): string | null => [process.env['CHROME_PATH'], ...CANDIDATES].find((file) => file !== undefined && existsSync(file)) ?? null;

/** Launches Chromium without a window. */
export const launchBrowser = async (executablePath: string): Promise<Browser> => {
  const home = mkdtempSync(path.join(tmpdir(), 'quorate-chromium-'));
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS, env: { ...process.env, HOME: home } as Record<string, string> });
  const contexts: BrowserContext[] = [];
  return {
    openPage: async ({ colorScheme = 'light', width = 1280, height = 900 } = {}) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height }, permissions: ['clipboard-read', 'clipboard-write'] });
      contexts.push(context);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(String(error)));
      return { page, problems };
    },
    close: async () => {
      for (const context of contexts) await context.close();
      await browser.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
};

/** Writes a picture of the whole page, from its top, to .quorate/test/screenshots. */
export const takePicture = async (page: Page, name: string): Promise<void> => {
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: testDir('screenshots', `${name}.png`), fullPage: true });
};
