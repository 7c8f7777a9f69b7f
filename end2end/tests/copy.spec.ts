// Copying files and folders: by pages and forms, which is all there is with scripts off, by drag and drop, and by keyboard.

import { crumbs, expect, file, heading, makeFolder, names, openInPicker, running, signUp, someone, test, uploadByForm } from './holdall';
import { text } from './samples';

test('what is copied lies in both places, and counts once', async ({ page, context }, info) => {
    await signUp(page, someone());
    await makeFolder(page, 'Letters');
    const list = new URL(page.url()).pathname;
    await uploadByForm(context, [text('one.txt', 'its content'), text('two.txt')]);
    await page.goto('/files');
    const used = await page.getByText(/ used$| of /).first().textContent();
    await page.getByLabel('Select one.txt').check();
    await page.getByLabel('Select Letters').check();
    for (const [name, width] of [['desktop', 1280], ['phone', 390]] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.screenshot({ path: info.outputPath(`selected-${name}.png`) });
    }
    await page.getByLabel('Select Letters').uncheck();
    await page.getByRole('button', { name: 'Copy selected' }).click();
    await expect(heading(page, 'Copy')).toBeVisible();
    await expect(page).toHaveTitle('Copy · Holdall');
    await openInPicker(page, 'Letters');
    await expect(page.getByRole('button', { name: 'Copy to Letters' })).toBeVisible();
    await page.screenshot({ path: info.outputPath('copy-phone.png') });
    await page.getByRole('button', { name: 'Copy to Letters' }).click();
    await expect(heading(page, 'Files')).toBeVisible();
    await expect(file(page, 'one.txt')).toBeVisible();
    expect(await page.getByText(/ used$| of /).first().textContent()).toBe(used);
    await page.goto(list);
    await expect(file(page, 'one.txt')).toBeVisible();
    // Once more: now its name is taken there.
    await page.goto('/files');
    await page.getByLabel('Select one.txt').check();
    await page.getByRole('button', { name: 'Copy selected' }).click();
    await openInPicker(page, 'Letters');
    await page.getByRole('button', { name: 'Copy to Letters' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'is already in Letters' })).toBeVisible();
    await page.screenshot({ path: info.outputPath('taken-phone.png') });
    await page.getByRole('button', { name: 'Keep both' }).click();
    await expect(heading(page, 'Files')).toBeVisible();
    await page.goto(list);
    await expect(file(page, 'one (1).txt')).toBeVisible();
});

test('a folder is copied beside itself, with everything in it', async ({ page, context }) => {
    await signUp(page, someone());
    await makeFolder(page, 'Letters');
    await uploadByForm(context, [text('one.txt', 'its content')], new URL(page.url()).pathname);
    await page.goto('/files');
    await page.getByLabel('Select Letters').check();
    await page.getByRole('button', { name: 'Copy selected' }).click();
    await page.getByRole('button', { name: 'Copy to Files' }).click();
    await file(page, 'Letters (1)').click();
    await expect(heading(page, 'Letters (1)')).toBeVisible();
    await expect(file(page, 'one.txt')).toBeVisible();
    await expect(crumbs(page)).toContainText('Files');
});

test.describe('with scripts', () => {
    test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'these are ways of a running page');

    test('what is dragged with the control key held is copied', async ({ page, context }) => {
        await signUp(page, someone());
        await makeFolder(page, 'Letters');
        await uploadByForm(context, [text('one.txt')]);
        await page.goto('/files');
        await running(page);
        await page.keyboard.down('Control');
        await file(page, 'one.txt').dragTo(file(page, 'Letters'));
        await page.keyboard.up('Control');
        await expect(page.getByText('1 item copied.')).toBeVisible();
        await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0);
        await expect(file(page, 'one.txt')).toBeVisible();
        await file(page, 'Letters').click();
        await expect(heading(page, 'Letters')).toBeVisible();
        await expect(file(page, 'one.txt')).toBeVisible();
    });

    test('by keyboard they are copied and pasted, also where they are', async ({ page, context }) => {
        await signUp(page, someone());
        await makeFolder(page, 'Letters');
        await uploadByForm(context, [text('one.txt')]);
        await page.goto('/files');
        await running(page);
        await file(page, 'one.txt').focus();
        await page.keyboard.press('Control+c');
        await expect(page.getByText('1 item to copy.')).toBeVisible();
        await page.keyboard.press('Control+v');
        await expect(file(page, 'one (1).txt')).toBeVisible();
        await file(page, 'Letters').click();
        await expect(heading(page, 'Letters')).toBeVisible();
        await page.keyboard.press('Control+v');
        await expect(file(page, 'one.txt')).toBeVisible();
        // Text that is selected is what the keys mean.
        await page.evaluate(() => getSelection()?.selectAllChildren(document.querySelector('h1') ?? document.body));
        await page.keyboard.press('Control+c');
        await page.keyboard.press('Control+v');
        await page.keyboard.press('Escape');
        await expect(names(page)).toHaveText(['one.txt']);
    });
});
