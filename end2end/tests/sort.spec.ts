// The orders of a list: chosen by the columns' links, kept in the address.

import { choose, expect, file, heading, holdBrowserHalf, makeFolder, names, open, running, signUp, someone, test } from './holdall';
import { text } from './samples';

test('a list is sorted by its columns, and the address keeps that', async ({ page, javaScriptEnabled }) => {
    const scripts = javaScriptEnabled !== false;
    await signUp(page, someone());
    for (const name of ['b.txt', '10.txt', '2.txt']) {
        await choose(page, scripts, text(name));
        await expect(file(page, name)).toBeVisible();
    }
    await makeFolder(page, 'Folder');
    await open(page, 'Files');
    await expect(names(page)).toHaveText(['Folder', '2.txt', '10.txt', 'b.txt']);
    const column = (name: string) => page.getByRole('columnheader', { name });
    await expect(column('Added')).toHaveAttribute('aria-sort', 'descending');
    await column('Added').getByRole('link').click();
    await expect(names(page)).toHaveText(['Folder', 'b.txt', '10.txt', '2.txt']);
    await expect(column('Added')).toHaveAttribute('aria-sort', 'ascending');
    await column('Name').getByRole('link').click();
    await expect(names(page)).toHaveText(['Folder', '2.txt', '10.txt', 'b.txt']);
    await expect(page).toHaveURL('/files?sort=name');
    await column('Name').getByRole('link').click();
    await expect(names(page)).toHaveText(['Folder', 'b.txt', '10.txt', '2.txt']);
    await page.reload();
    await expect(names(page)).toHaveText(['Folder', 'b.txt', '10.txt', '2.txt']);
    await page.goBack();
    await expect(page).toHaveURL('/files?sort=name');
    await expect(names(page)).toHaveText(['Folder', '2.txt', '10.txt', 'b.txt']);

    // On a phone the two orders stand above the list.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: `test-results/screens/sorted-${scripts ? 'on' : 'off'}-phone.png` });
    await page.getByRole('link', { name: 'Added' }).click();
    await expect(names(page)).toHaveText(['Folder', '2.txt', '10.txt', 'b.txt']);
    await expect(page).toHaveURL('/files');
});

test('Back leads where it should after a reload, though the page does not run yet', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'each page comes from the server');
    await signUp(page, someone());
    await makeFolder(page, 'Folder');
    await open(page, 'Files');
    await running(page);
    const name = page.getByRole('columnheader', { name: 'Name' });
    await name.getByRole('link').click();
    await expect(page).toHaveURL('/files?sort=name');
    await file(page, 'Folder').click();
    await expect(heading(page, 'Folder')).toBeVisible();

    const pass = await holdBrowserHalf(page);
    await page.reload();
    await page.goBack();
    await expect(heading(page, 'Files')).toBeVisible();
    await expect(name).toHaveAttribute('aria-sort', 'ascending');
    // What should run arrives before the page of the other address does.
    await page.route(({ pathname, search }) => pathname === '/files' && search === '', async route => {
        const arrived = page.waitForResponse(/\/holdall\.wasm/);
        pass();
        await (await arrived).finished();
        await new Promise(done => setTimeout(done, 500));
        await route.continue();
    });
    await page.goBack();
    await expect(page).toHaveURL('/files');
    await expect(name).not.toHaveAttribute('aria-sort');
    await running(page);
    await expect(page).toHaveURL('/files');
    await expect(names(page)).toHaveText(['Folder']);
    await page.goForward();
    await expect(name).toHaveAttribute('aria-sort', 'ascending');
});
