// Searching by name: by the form, and on a running page as one types.

import type { Page } from '@playwright/test';

import { choose, expect, file, heading, holdBrowserHalf, makeFolder, open, signUp, someone, test } from './holdall';
import { text } from './samples';

const field = (page: Page) => page.getByRole('searchbox', { name: 'Search' });
const hit = (page: Page, name: string) => page.locator('.hits').getByRole('link', { name, exact: true });

/** Files: `Letters/Über den Wolken.txt`, `Letters/Invoice 12.txt` and `receipt uber.txt`. The folder is open. */
async function fill(page: Page, scripts: boolean) {
    await signUp(page, someone());
    await choose(page, scripts, text('receipt uber.txt'));
    await expect(file(page, 'receipt uber.txt')).toBeVisible();
    await makeFolder(page, 'Letters');
    await choose(page, scripts, [text('Über den Wolken.txt'), text('Invoice 12.txt')]);
    await expect(file(page, 'Invoice 12.txt')).toBeVisible();
}

test('what is in the folder comes first, then all else, each with where it is', async ({ page, javaScriptEnabled }) => {
    await fill(page, javaScriptEnabled !== false);
    await field(page).fill('UBER');
    await field(page).press('Enter');
    await expect(heading(page, 'Search')).toBeVisible();
    await expect(page.getByRole('status').filter({ hasText: '2 found' })).toBeVisible();
    await expect(page.locator('.hits a.hit')).toHaveText(['Über den Wolken.txt', 'receipt uber.txt']);
    await expect(page.locator('.hits mark')).toHaveText(['Über', 'uber']);
    await expect(page.locator('.hits a.where')).toHaveText(['Files / Letters (open this folder)', 'Files (open this folder)']);
    await expect(page).toHaveURL(/\/search\?words=UBER&in=/);
    await page.reload();
    await expect(hit(page, 'receipt uber.txt')).toBeVisible();
    await expect(field(page)).toHaveValue('UBER');
    await page.getByRole('link', { name: 'Files / Letters (open this folder)' }).click();
    await expect(heading(page, 'Letters')).toBeVisible();
    await page.goBack();
    await expect(hit(page, 'receipt uber.txt')).toBeVisible();
    // In a bucket, what kind a file is of is known a little later.
    await expect(async () => {
        await page.reload();
        await expect(hit(page, 'receipt uber.txt')).toHaveAttribute('href', /\/preview$/, { timeout: 1000 });
    }).toPass();
    await hit(page, 'receipt uber.txt').click();
    await expect(heading(page, 'receipt uber.txt')).toBeVisible();
    await page.goBack();
    await expect(hit(page, 'receipt uber.txt')).toBeVisible();
    await field(page).fill('nothing like it');
    await field(page).press('Enter');
    await expect(page.getByText('Nothing found')).toBeVisible();
});

test('keys alone find, open and leave, and what is typed is found at once', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'scripts hear the keys');
    await fill(page, true);
    await open(page, 'Files');
    await page.locator('#main').focus();
    await page.keyboard.press('/');
    await expect(field(page)).toBeFocused();
    await page.keyboard.type('let', { delay: 30 });
    await expect(hit(page, 'Letters')).toBeVisible();
    await expect(field(page), 'one goes on typing').toBeFocused();
    await page.keyboard.type('ters');
    await expect(page).toHaveURL(/words=letters/);
    await page.keyboard.press('Escape');
    await expect(heading(page, 'Files')).toBeVisible();
    await expect(field(page)).toHaveValue('');

    // The same words once more, and Enter while what is found for them is still to come.
    await page.keyboard.press('/');
    await page.keyboard.type('letters');
    await page.keyboard.press('Enter');
    await expect(hit(page, 'Letters')).toBeFocused();
    await expect(page).toHaveURL(/words=letters/);
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    await expect(heading(page, 'Files')).toBeVisible();

    await page.keyboard.press('/');
    await page.keyboard.type('e');
    await expect(page.getByText('Nothing found')).toBeVisible();
    await field(page).fill('inv');
    await expect(hit(page, 'Invoice 12.txt')).toBeVisible();
    await field(page).fill('t');
    await expect(hit(page, 'receipt uber.txt')).toBeHidden();
    await field(page).fill('txt');
    await expect(page.locator('.hits a.hit')).toHaveCount(3);
    await page.keyboard.press('ArrowDown');
    await expect(page.locator('.hits a.hit').first()).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await expect(page.locator('.hits a.hit').nth(1)).toBeFocused();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await expect(field(page)).toBeFocused();
    await field(page).fill('letters');
    await expect(hit(page, 'Letters')).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(hit(page, 'Letters')).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(heading(page, 'Letters')).toBeVisible();
    await expect(field(page)).toHaveValue('');
});

test('a slash that is typed into a field is a slash', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'scripts hear the keys');
    await signUp(page, someone());
    await page.getByRole('link', { name: 'New folder', exact: true }).click();
    await page.getByRole('textbox', { name: 'Folder name' }).pressSequentially('a/b');
    await expect(page.getByRole('textbox', { name: 'Folder name' })).toHaveValue('a/b');
});

for (const [where, address] of [['a folder’s list', '/files'], ['a page of hits', '/search?words=wolken']] as const) {
    test(`what is typed on ${where} before the page runs is searched once it does`, async ({ page, javaScriptEnabled }) => {
        test.skip(javaScriptEnabled === false, 'there is no page that runs');
        await fill(page, true);
        const pass = await holdBrowserHalf(page);
        await page.goto(address);
        await field(page).fill('');
        await field(page).pressSequentially('inv');
        pass();
        // Nobody but the running page searches unasked. It leaves the first page at once, so that is not waited for.
        await expect(hit(page, 'Invoice 12.txt')).toBeVisible();
        await expect(field(page)).toHaveValue('inv');
        await expect(page.getByRole('status').filter({ hasText: '1 found' })).toBeVisible();
        await expect(page).toHaveURL(/words=inv/);
        await field(page).press('Enter');
        await expect(hit(page, 'Invoice 12.txt')).toBeFocused();
    });
}
