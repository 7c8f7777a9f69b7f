// Moving files and folders: by pages and forms, which is all there is with scripts off, by drag and drop, and by keyboard.

import { type Page } from '@playwright/test';

import { crumbs, expect, file, heading, makeFolder, open, openInPicker, running, signUp, someone, test, uploadByForm } from './holdall';
import { text } from './samples';

/** The path of the list that is open. */
const path = (page: Page) => new URL(page.url()).pathname;

/** The names of the files in the list, in order. */
const files = (page: Page) => page.getByRole('row').filter({ hasNot: page.locator('[data-kind=folder]') }).locator('td.name bdi');

/** The heading of the page that asks what is done with a name that is taken. */
const taken = (page: Page) => page.getByRole('heading', { level: 1, name: 'is already in Letters' });

/** Makes the folder “Letters” in the root, with the folder “Old” and the file `one.txt` in it. */
async function letters(page: Page, context: Parameters<typeof uploadByForm>[0]) {
    await makeFolder(page, 'Letters');
    const list = path(page);
    await makeFolder(page, 'Old');
    await uploadByForm(context, [text('one.txt', 'from before')], list);
    return list;
}

test('files are moved into a folder that one finds by going through the folders', async ({ page, context }, info) => {
    await signUp(page, someone());
    const list = await letters(page, context);
    await uploadByForm(context, [text('two.txt'), text('three.txt'), text('four.txt')]);
    await page.goto('/files');
    await page.getByLabel('Select two.txt').check();
    await page.getByLabel('Select four.txt').check();
    await page.getByRole('button', { name: 'Move selected' }).click();
    await expect(heading(page, 'Move 2 items')).toBeVisible();
    await expect(page).toHaveTitle('Move · Holdall');
    await expect(page.getByText('They are here already.')).toBeVisible();
    await openInPicker(page, 'Letters');
    await expect(page.getByRole('button', { name: 'Move to Letters' })).toBeVisible();
    await openInPicker(page, 'Old');
    await expect(page.getByText('There are no folders in this one.')).toBeVisible();
    for (const [name, width] of [['desktop', 1280], ['phone', 390]] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.screenshot({ path: info.outputPath(`move-${name}.png`) });
    }
    await page.goBack();
    await expect(page.getByRole('button', { name: 'Move to Letters' })).toBeVisible();
    await page.goForward();
    await expect(page.getByRole('button', { name: 'Move to Old' })).toBeVisible();
    await crumbs(page).getByRole('link', { name: 'Letters' }).click();
    await page.getByRole('button', { name: 'Move to Letters' }).click();
    await expect(files(page)).toHaveText(['three.txt']);
    await page.goto(list);
    await expect(files(page)).toHaveText(['four.txt', 'two.txt', 'one.txt']);
});

test('a name that is taken is asked about, and one answer can stand for all', async ({ page, context }, info) => {
    await signUp(page, someone());
    const list = await letters(page, context);
    await uploadByForm(context, [text('two.txt', 'from before'), text('three.txt', 'from before')], list);
    await uploadByForm(context, [text('one.txt', 'new'), text('two.txt', 'new'), text('three.txt', 'new'), text('four.txt')]);
    await page.goto('/files');
    for (const name of ['one.txt', 'two.txt', 'three.txt', 'four.txt']) {
        await page.getByLabel(`Select ${name}`).check();
    }
    await page.getByRole('button', { name: 'Move selected' }).click();
    await openInPicker(page, 'Letters');
    await page.getByRole('button', { name: 'Move to Letters' }).click();
    await expect(taken(page)).toBeVisible();
    await expect(page.getByRole('checkbox')).toHaveAccessibleName('Do the same for the 2 other names that are taken');
    for (const [name, width] of [['desktop', 1280], ['phone', 390]] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.screenshot({ path: info.outputPath(`taken-${name}.png`) });
    }
    // One of them goes there under another name.
    await page.getByRole('button', { name: 'Keep both' }).click();
    await expect(page.getByRole('checkbox')).toHaveAccessibleName('Do the same for the other name that is taken');
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Replace' }).click();
    await expect(heading(page, 'Files')).toBeVisible();
    await expect(files(page)).toHaveCount(0);
    await page.goto(list);
    await expect(files(page)).toHaveCount(5);
    await open(page, 'Trash');
    await expect(page.getByRole('row')).toHaveCount(3);
});

test('what is skipped stays, and a folder cannot go into itself', async ({ page, context }) => {
    await signUp(page, someone());
    await letters(page, context);
    await uploadByForm(context, [text('one.txt', 'new')]);
    await page.goto('/files');
    await page.getByLabel('Select one.txt').check();
    await page.getByLabel('Select Letters').check();
    await page.getByRole('button', { name: 'Move selected' }).click();
    await expect(page.getByText('is selected')).toBeVisible();
    await expect(page.getByRole('main').getByRole('link', { name: 'Letters' })).toHaveCount(0);
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByLabel('Select Letters').uncheck();
    await page.getByLabel('Select one.txt').check();
    await page.getByRole('button', { name: 'Move selected' }).click();
    await openInPicker(page, 'Letters');
    await page.getByRole('button', { name: 'Move to Letters' }).click();
    await page.getByRole('button', { name: 'Skip' }).click();
    await expect(files(page)).toHaveText(['one.txt']);
    await page.getByRole('button', { name: 'Move selected' }).click();
    await expect(page.getByText('Select something first.')).toBeVisible();
});

test.describe('with scripts', () => {
    test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'dragging and undoing need scripts');

    test('moving is undone by the button that says so', async ({ page, context }) => {
        await signUp(page, someone());
        await letters(page, context);
        await uploadByForm(context, [text('two.txt')]);
        await page.goto('/files');
        await running(page);
        await page.getByLabel('Select two.txt').check();
        await page.getByRole('button', { name: 'Move selected' }).click();
        await openInPicker(page, 'Letters');
        await page.getByRole('button', { name: 'Move to Letters' }).click();
        await expect(page.getByText('“two.txt” is in Letters now.')).toBeVisible();
        await expect(files(page)).toHaveCount(0);
        await page.getByRole('button', { name: 'Undo' }).click();
        await expect(files(page)).toHaveText(['two.txt']);
    });

    test('files are dragged onto a folder, and onto the folders above', async ({ page, context }, info) => {
        await signUp(page, someone());
        const list = await letters(page, context);
        await uploadByForm(context, [text('two.txt'), text('three.txt'), text('four.txt')]);
        await page.goto('/files');
        await running(page);
        await page.getByLabel('Select two.txt').check();
        await page.getByLabel('Select three.txt').check();
        const folder = page.getByRole('row').filter({ hasText: 'Letters' });
        // One that is not selected goes alone.
        await file(page, 'four.txt').hover();
        await page.mouse.down();
        await folder.hover();
        await folder.hover();
        await expect(folder).toHaveAttribute('data-drop', '');
        await page.screenshot({ path: info.outputPath('drag.png') });
        await page.mouse.up();
        await expect(files(page)).toHaveText(['three.txt', 'two.txt']);
        await expect(folder).not.toHaveAttribute('data-drop');
        await file(page, 'two.txt').dragTo(folder);
        await expect(page.getByText('2 items moved.')).toBeVisible();
        await expect(files(page)).toHaveCount(0);
        await page.goto(list);
        await running(page);
        await expect(files(page)).toHaveText(['four.txt', 'three.txt', 'two.txt', 'one.txt']);
        await file(page, 'three.txt').dragTo(crumbs(page).getByRole('link', { name: 'Files' }));
        await expect(files(page)).toHaveText(['four.txt', 'two.txt', 'one.txt']);
        // Onto a file, and onto the folder where it is, nothing happens.
        await file(page, 'two.txt').dragTo(file(page, 'one.txt'));
        await expect(files(page)).toHaveText(['four.txt', 'two.txt', 'one.txt']);
    });

    test('by keyboard they are cut and pasted', async ({ page, context }) => {
        await signUp(page, someone());
        const list = await letters(page, context);
        await uploadByForm(context, [text('one.txt', 'new'), text('two.txt')]);
        await page.goto('/files');
        await running(page);
        await file(page, 'two.txt').focus();
        await page.keyboard.press('Control+x');
        await expect(page.getByText('1 item cut.')).toBeVisible();
        await file(page, 'Letters').focus();
        await page.keyboard.press('Enter');
        await expect(heading(page, 'Letters')).toBeVisible();
        await expect(files(page)).toHaveText(['one.txt']);
        await page.keyboard.press('Control+v');
        await expect(files(page)).toHaveText(['two.txt', 'one.txt']);
        await page.keyboard.press('Control+z');
        await expect(files(page)).toHaveText(['one.txt']);

        // What stands in the way is asked about.
        await page.goto('/files');
        await running(page);
        await file(page, 'one.txt').focus();
        await page.keyboard.press('Control+x');
        await expect(page.getByText('1 item cut.')).toBeVisible();
        await file(page, 'Letters').click();
        await expect(heading(page, 'Letters')).toBeVisible();
        await page.keyboard.press('Control+v');
        await expect(taken(page)).toBeVisible();
        await page.getByRole('button', { name: 'Keep both' }).click();
        await expect(page.getByText('Moved under another name.')).toBeVisible();
        await expect(heading(page, 'Files')).toBeVisible();
        await page.goto(list);
        await expect(files(page)).toHaveText(['one (1).txt', 'one.txt']);
    });
});
