/** The overview page by what a person reads on it: roles and labels, never classes. */
import type { Locator, Page } from '@playwright/test';

export type DashboardPage = {
  /** Opens the page of a replica, signed in by the link that `npm start` prints. */
  readonly open: (publicUrl: string, adminToken: string) => Promise<void>;
  /** What the cluster survives, in words: the heading of the page. */
  readonly tolerance: Locator;
  /** The row (or, on a narrow screen, the card) of a member. */
  readonly member: (name: string) => Locator;
  readonly join: (name: string) => Locator;
  readonly stream: Locator;
  readonly dialog: Locator;
  /** Creates a join token in the dialog and reads what it shows once. The dialog stays open. */
  readonly createToken: (options: { readonly note: string; readonly uses: number }) => Promise<{ readonly invitation: string; readonly command: string }>;
};

export const createDashboardPage = (page: Page): DashboardPage => {
  const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'));
  const shown = async (label: string) => (await dialog.getByRole('group', { name: label, exact: true }).locator('code').textContent()) ?? '';
  return {
    open: async (publicUrl, adminToken) => {
      await page.goto(`${publicUrl}/#token=${adminToken}`);
    },
    tolerance: page.getByRole('region', { name: 'Tolerance' }).getByRole('heading', { level: 1 }),
    member: (name) =>
      page
        .getByRole('region', { name: 'Members' })
        .getByRole('row', { name })
        .or(page.getByRole('list', { name: 'Members' }).getByRole('listitem', { name, exact: true })),
    join: (name) => page.getByRole('list', { name: 'Joins under way' }).getByRole('listitem', { name, exact: true }),
    stream: page.getByRole('status', { name: 'Live stream' }),
    dialog,
    createToken: async ({ note, uses }) => {
      await page.getByRole('button', { name: 'Add a replica' }).first().click();
      await dialog.getByLabel('Note').fill(note);
      await dialog.getByLabel('Uses').fill(String(uses));
      await dialog.getByRole('button', { name: 'Create token' }).click();
      await dialog.getByRole('group', { name: 'Invitation' }).waitFor();
      return { invitation: await shown('Invitation'), command: await shown('Join command') };
    },
  };
};
