// The trash, and undoing: with the mouse, by keyboard, and with scripts off.

import { emptyTrash, expect, file, heading, makeFolder, names, open, remove, running, signUp, someone, test, trashIsEmpty, uploadByForm } from './holdall';
import { text } from './samples';

test('what was deleted is put back to where it was', async ({ page, context }) => {
    await signUp(page, someone());
    await makeFolder(page, 'Letters');
    const list = new URL(page.url()).pathname;
    await uploadByForm(context, [text('one.txt'), text('two.txt'), text('three.txt')], list);
    await page.reload();
    await remove(page, 'two.txt');
    await expect(names(page)).toHaveText(['three.txt', 'one.txt']);
    await open(page, 'Files');
    await remove(page, 'Letters');
    await open(page, 'Trash');
    await expect(page).toHaveTitle('Trash · Holdall');
    const rows = page.getByRole('row');
    await expect(rows).toHaveCount(3);
    await expect(rows.nth(1)).toContainText('Letters');
    await expect(rows.nth(2)).toContainText('Letters (deleted)');

    // Its folder is in the trash, too.
    await page.getByRole('button', { name: 'Put back two.txt' }).click();
    await expect(heading(page, 'Put back')).toBeVisible();
    await expect(page.getByText('The folder that this was in is gone.')).toBeVisible();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Put back Letters' }).click();
    await expect(rows).toHaveCount(2);
    await expect(rows.nth(1)).not.toContainText('(deleted)');

    // Something else has its name meanwhile.
    await uploadByForm(context, [text('two.txt')], list);
    await page.getByRole('button', { name: 'Put back two.txt' }).click();
    await expect(page.getByText('There is something else of this name in Letters already.')).toBeVisible();
    await expect(page.getByLabel('New name')).toHaveValue('two (1).txt');
    await page.getByLabel('New name').fill('TWO.txt');
    await page.getByRole('button', { name: 'Put back into Letters' }).click();
    await expect(page.getByText('There is a file or a folder of this name here already.')).toBeVisible();
    await expect(page.getByLabel('New name')).toHaveValue('TWO.txt');
    await page.getByLabel('New name').fill('second.txt');
    await page.getByRole('button', { name: 'Put back into Letters' }).click();
    await expect(heading(page, 'Letters')).toBeVisible();
    await expect(names(page)).toHaveText(['two.txt', 'three.txt', 'second.txt', 'one.txt']);
    await open(page, 'Trash');
    await trashIsEmpty(page);
});

test('several are deleted and put back at once', async ({ page, context }) => {
    await signUp(page, someone());
    await uploadByForm(context, [text('one.txt'), text('two.txt'), text('three.txt')]);
    await page.goto('/files');
    await page.getByRole('button', { name: 'Delete selected' }).click();
    await expect(page.getByText('Select something first.')).toBeVisible();
    await page.getByLabel('Select one.txt').check();
    await page.getByLabel('Select three.txt').check();
    await page.getByRole('button', { name: 'Delete selected' }).click();
    await expect(names(page)).toHaveText(['two.txt']);
    await open(page, 'Trash');
    await page.getByRole('button', { name: 'Put back selected' }).click();
    await expect(page.getByText('Select something first.')).toBeVisible();
    await page.getByLabel('Select one.txt').check();
    await page.getByLabel('Select three.txt').check();
    await page.getByRole('button', { name: 'Put back selected' }).click();
    await trashIsEmpty(page);
    await open(page, 'Files');
    await expect(names(page)).toHaveText(['three.txt', 'two.txt', 'one.txt']);
});

test('deleting for ever says what goes, and leaves the rest', async ({ page, context }) => {
    await signUp(page, someone());
    await uploadByForm(context, [text('one.txt'), text('two.txt')]);
    await page.goto('/files');
    await remove(page, 'one.txt');
    await remove(page, 'two.txt');
    await open(page, 'Trash');
    await page.getByRole('link', { name: 'Delete one.txt for ever' }).click();
    await expect(heading(page, 'Delete this file for ever?')).toBeVisible();
    await page.getByRole('link', { name: 'Keep it' }).click();
    await page.getByRole('link', { name: 'Delete one.txt for ever' }).click();
    await page.getByRole('button', { name: /^Delete for ever, frees/ }).click();
    await expect(page.getByRole('row')).toHaveCount(2);
    await page.getByRole('link', { name: 'Empty trash…' }).click();
    await expect(heading(page, 'Empty the trash?')).toBeVisible();
    await page.getByRole('button', { name: /^Delete 1 file .* for ever$/ }).click();
    await trashIsEmpty(page);
    await emptyTrash(page);
});

test.describe('with scripts', () => {
    test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'undoing at once needs scripts');

    test('deleting is undone by the button that says so, and by Ctrl-Z', async ({ page, context }, info) => {
        await signUp(page, someone());
        await uploadByForm(context, [text('one.txt'), text('two.txt')]);
        await page.goto('/files');
        await running(page);
        await page.getByRole('link', { name: 'Delete one.txt' }).click();
        const notice = page.getByRole('status').filter({ hasText: 'one.txt' });
        await expect(notice).toHaveText(/“one\.txt” is in the trash\./);
        await expect(names(page)).toHaveText(['two.txt']);
        for (const [name, width] of [['desktop', 1280], ['phone', 390]] as const) {
            await page.setViewportSize({ width, height: 800 });
            await page.screenshot({ path: info.outputPath(`undo-${name}.png`) });
        }
        await page.getByRole('button', { name: 'Undo' }).click();
        await expect(names(page)).toHaveText(['two.txt', 'one.txt']);
        await expect(page.getByText('Undone.')).toBeVisible();

        // By keyboard alone, and the focus goes on to the next row.
        await file(page, 'two.txt').focus();
        await page.keyboard.press('Delete');
        await expect(names(page)).toHaveText(['one.txt']);
        await expect(file(page, 'one.txt')).toBeFocused();
        await page.keyboard.press('Control+z');
        await expect(names(page)).toHaveText(['two.txt', 'one.txt']);
        // What is undone is undone once.
        await page.keyboard.press('Control+z');
        await expect(names(page)).toHaveText(['two.txt', 'one.txt']);
    });

    test('what cannot come back as it was is asked about', async ({ page, context }) => {
        await signUp(page, someone());
        await uploadByForm(context, [text('one.txt')]);
        await page.goto('/files');
        await running(page);
        await page.getByRole('link', { name: 'Delete one.txt' }).click();
        await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
        await uploadByForm(context, [text('one.txt')]);
        await page.getByRole('button', { name: 'Undo' }).click();
        await expect(page.getByLabel('New name')).toHaveValue('one (1).txt');
        await expect(page.getByText('Undone.')).toHaveCount(0);
        await page.getByRole('button', { name: 'Put back into Files' }).click();
        await expect(names(page)).toHaveText(['one.txt', 'one (1).txt']);
    });

    test('renaming is undone, too, but not while one types', async ({ page, context }) => {
        await signUp(page, someone());
        await uploadByForm(context, [text('draft.txt')]);
        await page.goto('/files');
        await running(page);
        await file(page, 'draft.txt').focus();
        await page.keyboard.press('F2');
        await page.getByLabel('File name').fill('final.txt');
        await page.keyboard.press('Enter');
        await expect(names(page)).toHaveText(['final.txt']);
        await expect(page.getByText('“draft.txt” is called “final.txt” now.')).toBeVisible();
        await page.getByRole('link', { name: 'New folder', exact: true }).click();
        await page.getByLabel('Folder name').fill('x');
        await page.keyboard.press('Control+z');
        await page.getByRole('link', { name: 'Cancel' }).click();
        await expect(names(page)).toHaveText(['final.txt']);
        await page.keyboard.press('Control+z');
        await expect(names(page)).toHaveText(['draft.txt']);
    });

    test('what was deleted in another tab does no harm', async ({ page, context }) => {
        await signUp(page, someone());
        await uploadByForm(context, [text('one.txt'), text('two.txt')]);
        await page.goto('/files');
        await running(page);
        const other = await context.newPage();
        await other.goto('/files');
        await remove(other, 'one.txt');
        await page.getByRole('link', { name: 'Delete one.txt' }).click();
        await expect(names(page)).toHaveText(['two.txt']);
        await emptyTrash(other);
        await page.getByRole('link', { name: 'Delete two.txt' }).click();
        await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
        await emptyTrash(other);
        await page.getByRole('button', { name: 'Undo' }).click();
        await expect(page.getByRole('status').filter({ hasText: 'There is nothing at this address' })).toBeVisible();
    });
});
