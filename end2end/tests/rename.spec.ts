// Renaming files and folders: from the details, the open folder, the selection, and by F2.

import { choose, expect, file, heading, makeFolder, names, open, signUp, someone, test } from './holdall';
import { text } from './samples';

test('a file is renamed from its details, and a folder where it is open', async ({ page, javaScriptEnabled }, info) => {
    await signUp(page, someone());
    await makeFolder(page, 'Letters');
    await choose(page, javaScriptEnabled !== false, text('draft.txt'));
    await expect(names(page)).toHaveText(['draft.txt']);

    await page.getByRole('link', { name: 'about draft.txt' }).click();
    await page.getByRole('link', { name: 'Rename', exact: true }).click();
    await expect(page).toHaveTitle('Rename · Holdall');
    const field = page.getByLabel('File name');
    await expect(field).toHaveValue('draft.txt');
    for (const [name, width] of [['desktop', 1280], ['phone', 390]] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.screenshot({ path: info.outputPath(`rename-${name}.png`) });
    }
    await field.fill('שלום <b>.txt');
    await page.getByRole('button', { name: 'Rename' }).click();
    await expect(heading(page, 'Letters')).toBeVisible();
    await expect(names(page)).toHaveText(['שלום <b>.txt']);

    await page.getByRole('link', { name: 'Rename', exact: true }).click();
    await page.getByLabel('Folder name').fill('Post');
    await page.getByRole('button', { name: 'Rename' }).click();
    await expect(heading(page, 'Files')).toBeVisible();
    await expect(names(page)).toHaveText(['Post']);
    await file(page, 'Post').click();
    await expect(heading(page, 'Post')).toBeVisible();
    await expect(names(page)).toHaveText(['שלום <b>.txt']);
});

test('a name that is taken is said at the field, and what was typed stays', async ({ page }) => {
    await signUp(page, someone());
    for (const name of ['Letters', 'Photos']) {
        await makeFolder(page, name);
        await open(page, 'Files');
    }
    await file(page, 'Letters').click();
    await expect(heading(page, 'Letters')).toBeVisible();
    await page.getByRole('link', { name: 'Rename', exact: true }).click();
    await page.getByLabel('Folder name').fill('PHOTOS');
    await page.getByRole('button', { name: 'Rename' }).click();
    await expect(page.getByText('There is a file or a folder of this name here already.')).toBeVisible();
    await expect(page.getByLabel('Folder name')).toHaveValue('PHOTOS');
    await expect(page.getByLabel('Folder name')).toHaveAttribute('aria-invalid', 'true');
    await page.getByRole('link', { name: 'Cancel' }).click();
    await expect(names(page)).toHaveText(['Letters', 'Photos']);
});

test('with scripts, F2 and the selection lead to the form, whose name is marked up to its ending', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'these need scripts');
    await signUp(page, someone());
    await choose(page, true, text('one.tar.gz'));
    // Until the page runs, a second choice would take the place of the first.
    await expect(names(page)).toHaveText(['one.tar.gz']);
    await choose(page, true, text('two.txt'));
    await expect(names(page)).toHaveText(['two.txt', 'one.tar.gz']);

    await file(page, 'two.txt').focus();
    await page.keyboard.press('F2');
    await expect(page.getByLabel('File name')).toBeFocused();
    await page.keyboard.type('zwei');
    await expect(page.getByLabel('File name')).toHaveValue('zwei.txt');
    await page.keyboard.press('Enter');
    await expect(names(page)).toHaveText(['zwei.txt', 'one.tar.gz']);

    const rename = page.getByRole('link', { name: 'Rename', exact: true });
    await expect(rename).toHaveCount(0);
    await page.getByLabel('Select one.tar.gz').check();
    await page.getByLabel('Select zwei.txt').check();
    await expect(rename).toHaveCount(0);
    await page.getByLabel('Select zwei.txt').uncheck();
    await rename.click();
    await expect(page.getByLabel('File name')).toHaveValue('one.tar.gz');
    await page.goBack();
    await expect(names(page)).toHaveText(['zwei.txt', 'one.tar.gz']);
});
