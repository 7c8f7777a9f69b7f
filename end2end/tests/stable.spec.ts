// What a person is doing outlives lists that are asked for again: the place of their keys, a file they are choosing.

import { choose, expect, file, signUp, someone, test } from './holdall';
import { text } from './samples';
import { onDisk, position, unfinished, upstream } from './tray';

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

test('a file can be chosen for an unfinished upload while the list of these is asked for again', async ({ page }, info) => {
    test.setTimeout(120_000);
    await signUp(page, someone());
    const big = onDisk(info, 'big.bin', 20_000_000);
    await upstream(page, 5_000_000);
    await choose(page, true, big.path);
    await expect.poll(() => position(page, big.name), { timeout: 30_000 }).toBeGreaterThan(0.5);
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
