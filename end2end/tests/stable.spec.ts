// Keyboard focus and a file being chosen survive reloads of the lists.

import { choose, expect, file, signUp, someone, test } from './holdall';
import { text } from './samples';
import { onDisk, position, tray, unfinished, upstream } from './tray';

test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'without scripts nothing is asked for again');

test('a row keeps the focus when others come and when it is verified', async ({ page }) => {
    await signUp(page, someone());
    await choose(page, true, text('first.txt'));
    await file(page, 'first.txt').focus();
    await choose(page, true, text('second.txt'));
    for (const name of ['first.txt', 'second.txt']) {
        await expect(page.getByRole('row').filter({ hasText: name })).toContainText('verified', { timeout: 30_000 });
    }
    await expect(file(page, 'first.txt')).toBeFocused();
});

test('a row says what is found out later', async ({ page }) => {
    await signUp(page, someone());
    await choose(page, true, text('letter.pdf', '%PDF-1.4\n'));
    const row = page.getByRole('row').filter({ hasText: 'letter.pdf' });
    await expect(row).toContainText('verified', { timeout: 30_000 });
    await expect(row.getByRole('cell', { name: 'application/pdf' })).toBeVisible();
    await expect(row.locator('.tile')).toHaveAttribute('data-kind', 'document');
});

test.describe('while the site gives no answer', () => {
    test.use({ allowed: [/net::ERR_FAILED/] });

    test('the list stays, and is asked for again by itself', async ({ page }) => {
        await signUp(page, someone());
        await choose(page, true, text('first.txt'));
        await expect(file(page, 'first.txt')).toBeVisible();
        let asked = 0;
        await page.route('**/api/files', async route => {
            asked++;
            await route.abort();
        });
        await choose(page, true, text('second.txt'));
        await expect.poll(() => asked, { timeout: 30_000 }).toBeGreaterThan(1);
        await expect(file(page, 'first.txt')).toBeVisible();
        await page.unroute('**/api/files');
        await expect(file(page, 'second.txt')).toBeVisible({ timeout: 30_000 });
    });
});

test('a file can be chosen for an unfinished upload while the list of these is asked for again', async ({ page }, info) => {
    test.setTimeout(120_000);
    await signUp(page, someone());
    const big = onDisk(info, 'big.bin', 20_000_000);
    await upstream(page, 1_000_000);
    await choose(page, true, big.path);
    await expect.poll(() => position(page, big.name), { timeout: 30_000 }).toBeGreaterThan(0);
    await tray(page).getByRole('button', { name: `Pause ${big.name}` }).click();
    await page.reload();
    await upstream(page, 0);
    const chooser = page.waitForEvent('filechooser');
    await unfinished(page).getByText('Choose the file again').click();
    const dialog = await chooser;
    await choose(page, true, text('meanwhile.txt'));
    await expect(page.getByRole('row').filter({ hasText: 'meanwhile.txt' })).toContainText('verified', { timeout: 30_000 });
    await dialog.setFiles(big.path);
    await expect(file(page, big.name)).toBeVisible({ timeout: 30_000 });
    await expect(unfinished(page)).toHaveCount(0);
});
