// Drag and drop, and pasting: files and whole folders, on any page.

import { mkdirSync, writeFileSync } from 'node:fs';

import type { Page } from '@playwright/test';

import { choose, expect, file, heading, makeFolder, names, open, running, signUp, someone, test } from './holdall';
import { text } from './samples';
import { status, tray } from './tray';

test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'dropping and pasting need scripts');

/** Drops files or folders from the disk, as a person does. */
async function drop(page: Page, ...files: string[]) {
    const session = await page.context().newCDPSession(page);
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        await session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data: { items: [], files, dragOperationsMask: 1 } });
    }
    await session.detach();
}

test('what is dropped or pasted is uploaded', async ({ page }) => {
    await signUp(page, someone());
    await choose(page, true, text('first.txt'));
    await expect(file(page, 'first.txt')).toBeVisible();
    const send = (type: string) => page.evaluate(type => {
        const data = new DataTransfer();
        data.items.add(new File([type], `${type}.txt`));
        const event = type === 'paste'
            ? new ClipboardEvent(type, { clipboardData: data, bubbles: true, cancelable: true })
            : new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
    }, type);
    await send('dragenter');
    await expect(page.getByText('Drop files and folders here to upload them')).toBeVisible();
    await send('drop');
    await expect(page.getByText('Drop files and folders here to upload them')).toHaveCount(0);
    await expect(file(page, 'drop.txt')).toBeVisible();
    await send('paste');
    await expect(file(page, 'paste.txt')).toBeVisible();
});

test('a dropped folder comes with the empty folders in it', async ({ page }, info) => {
    await signUp(page, someone());
    await running(page);
    for (const folder of ['trip/empty', 'trip/full', 'alone']) mkdirSync(info.outputPath(folder), { recursive: true });
    writeFileSync(info.outputPath('trip/full/a.txt'), 'a');
    await drop(page, info.outputPath('trip'), info.outputPath('alone'));
    await expect(status(page)).toHaveText('3 items uploaded');
    await expect(names(page)).toHaveText(['alone', 'trip']);
    await file(page, 'trip').click();
    await expect(heading(page, 'trip')).toBeVisible();
    await expect(names(page)).toHaveText(['empty', 'full']);
    await file(page, 'full').click();
    await expect(names(page)).toHaveText(['a.txt']);
});

test('what is dropped goes to the folder that is open, and on other pages to where files begin', async ({ page }, info) => {
    const [inside, outside] = [info.outputPath('inside.txt'), info.outputPath('outside.txt')];
    for (const path of [inside, outside]) writeFileSync(path, path);
    await signUp(page, someone());
    await makeFolder(page, 'Photos');
    await running(page);
    await drop(page, inside);
    await expect(names(page)).toHaveText(['inside.txt']);
    await open(page, 'Account');
    await drop(page, outside);
    await expect(status(page)).toHaveText('1 file uploaded');
    await open(page, 'Files');
    await expect(names(page)).toHaveText(['Photos', 'outside.txt']);
});

test('text that is pasted into a field stays text, whatever lies on the clipboard beside it', async ({ page }) => {
    await signUp(page, someone());
    await running(page);
    await page.getByRole('link', { name: 'New folder', exact: true }).click();
    /** Whether the page leaves the paste to the browser. */
    const paste = (on: string) => page.locator(on).evaluate(element => {
        const data = new DataTransfer();
        data.items.add(new File(['a picture'], 'picture.png'));
        data.setData('text/plain', 'Photos');
        return element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    });
    expect(await paste('input[name=folder-name]')).toBe(true);
    await expect(tray(page)).toHaveCount(0);
    expect(await paste('body')).toBe(false);
    await expect(status(page)).toHaveText('1 file uploaded');
});
