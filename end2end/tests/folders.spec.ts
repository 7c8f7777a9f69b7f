// Folders: creating, navigating, uploading into and deleting them.

import type { Request } from '@playwright/test';

import { choose, crumbs, expect, file, heading, makeFolder, names, nothingHere, open, privateKeys, remove, save, signUp, someone, test, trashIsEmpty, uploadByForm } from './holdall';
import { binary, sha256, text } from './samples';
import { position, row, upstream } from './tray';

test('folders are made, opened and left by the way that is shown', async ({ page }) => {
    await signUp(page, someone());
    await expect(crumbs(page)).toHaveCount(0);
    await makeFolder(page, 'Photos');
    await expect(nothingHere(page)).toBeVisible();
    await makeFolder(page, 'שנת 2024');
    await makeFolder(page, '🎒');
    await expect(page).toHaveTitle('Files · Holdall');
    await expect(crumbs(page).getByRole('listitem')).toHaveText(['Files', 'Photos', 'שנת 2024', '🎒']);
    await expect(crumbs(page).locator('[aria-current=page]')).toHaveText('🎒');

    await crumbs(page).getByRole('link', { name: 'Photos', exact: true }).click();
    await expect(heading(page, 'Photos')).toBeVisible();
    await expect(names(page)).toHaveText(['שנת 2024']);
    await file(page, 'שנת 2024').click();
    await expect(heading(page, 'שנת 2024')).toBeVisible();
    await page.reload();
    await expect(heading(page, 'שנת 2024')).toBeVisible();
    await expect(crumbs(page).getByRole('listitem')).toHaveText(['Files', 'Photos', 'שנת 2024']);
    await crumbs(page).getByRole('link', { name: 'Files', exact: true }).click();
    await expect(heading(page, 'Files')).toBeVisible();
    await expect(names(page)).toHaveText(['Photos']);
    await page.goBack();
    await expect(heading(page, 'שנת 2024')).toBeVisible();
});

test('a list that comes late says so, and does not take the place of one that was opened since', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'the page loads it by scripts');
    await signUp(page, someone());
    for (const name of ['Slow', 'Quick']) {
        await makeFolder(page, name);
        await choose(page, true, text(`${name}.txt`));
        await expect(names(page)).toHaveText([`${name}.txt`]);
        await crumbs(page).getByRole('link', { name: 'Files', exact: true }).click();
        await expect(file(page, name)).toBeVisible();
    }
    const slow = (await file(page, 'Slow').getAttribute('href'))!;
    const isOfSlow = (request: Request) => request.postData()?.includes(slow.split('/').at(-1)!) ?? false;
    let release = () => {};
    const held = new Promise<void>(done => { release = done; });
    await page.route('**/api/files', async route => {
        if (isOfSlow(route.request())) await held;
        await route.continue();
    });
    await file(page, 'Slow').click();
    await expect(page).toHaveURL(slow);
    await expect(page.getByText('Loading…')).toBeVisible();
    await page.goBack();
    await expect(page.getByText('Loading…')).toHaveCount(0);
    await file(page, 'Quick').click();
    await expect(names(page)).toHaveText(['Quick.txt']);
    const late = page.waitForResponse(response => response.url().endsWith('/api/files') && isOfSlow(response.request()));
    release();
    await (await late).finished();
    await file(page, 'Quick.txt').focus();
    await expect(heading(page, 'Quick')).toBeVisible();
    await expect(names(page)).toHaveText(['Quick.txt']);
});

test('a folder is loaded while the pointer or the focus rests on its link', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'the page loads it by scripts');
    await signUp(page, someone());
    await makeFolder(page, 'Photos');
    await choose(page, true, text('inside.txt'));
    await expect(names(page)).toHaveText(['inside.txt']);
    await crumbs(page).getByRole('link', { name: 'Files', exact: true }).click();
    await expect(names(page)).toHaveText(['Photos']);
    const loaded = () => Promise.all(['files', 'folder-path'].map(call => page.waitForResponse(`**/api/${call}`).then(answer => answer.finished())));
    for (const point of ['hover', 'focus'] as const) {
        const coming = loaded();
        await file(page, 'Photos')[point]();
        await coming;
        const asked: string[] = [];
        const note = (request: Request) => asked.push(new URL(request.url()).pathname);
        page.on('request', note);
        await file(page, 'Photos').click();
        await expect(names(page)).toHaveText(['inside.txt']);
        await expect(heading(page, 'Photos')).toBeVisible();
        expect(asked.filter(path => path === '/api/files' || path === '/api/folder-path'), point).toEqual([]);
        page.off('request', note);
        await crumbs(page).getByRole('link', { name: 'Files', exact: true }).click();
        await expect(names(page)).toHaveText(['Photos']);
        await page.mouse.move(0, 0);
    }
    await file(page, 'Photos').click();
    await expect(heading(page, 'Photos')).toBeVisible();
    await choose(page, true, text('another.txt'));
    await expect(names(page)).toHaveText(['another.txt', 'inside.txt']);
});

test('files go into the folder that is open, and lie there beside what has the same name', async ({ page, javaScriptEnabled }) => {
    const scripts = javaScriptEnabled !== false;
    await signUp(page, someone());
    const [outer, inner, again] = [binary('report.pdf'), binary('report.pdf'), binary('report.pdf')];
    await choose(page, scripts, outer);
    await expect(names(page)).toHaveText(['report.pdf']);
    await makeFolder(page, 'Work');
    await choose(page, scripts, inner);
    await expect(names(page)).toHaveText(['report.pdf']);
    await choose(page, scripts, again);
    await expect(names(page)).toHaveText(['report (1).pdf', 'report.pdf']);
    expect((await save(page, 'report.pdf')).sha256).toBe(sha256(inner.buffer));
    await crumbs(page).getByRole('link', { name: 'Files', exact: true }).click();
    await expect(names(page)).toHaveText(['Work', 'report.pdf']);
    expect((await save(page, 'report.pdf')).sha256).toBe(sha256(outer.buffer));

    await file(page, 'Work').click();
    await remove(page, 'report (1).pdf');
    await expect(heading(page, 'Work')).toBeVisible();
    await expect(names(page)).toHaveText(['report.pdf']);
});

test('a name that cannot be is said at the field, and what was typed is kept', async ({ page }) => {
    await signUp(page, someone());
    await makeFolder(page, 'Photos');
    await crumbs(page).getByRole('link', { name: 'Files', exact: true }).click();
    await page.getByRole('link', { name: 'New folder', exact: true }).click();
    await expect(page).toHaveTitle('New folder · Holdall');
    const name = page.getByRole('textbox', { name: 'Folder name' });
    await name.fill('PHOTOS');
    await page.getByRole('button', { name: 'Create folder' }).click();
    await expect(name).toHaveAccessibleDescription('There is a file or a folder of this name here already. Choose another name.');
    await expect(name).toHaveValue('PHOTOS');
    await name.fill('é'.repeat(128));
    await page.getByRole('button', { name: 'Create folder' }).click();
    await expect(name).toHaveAccessibleDescription('This name is longer than 255 bytes. Choose a shorter one.');
    await page.getByRole('link', { name: 'Cancel' }).click();
    await expect(heading(page, 'Files')).toBeVisible();
    await expect(names(page)).toHaveText(['Photos']);
});

test('names of any characters are text everywhere', async ({ page }) => {
    await signUp(page, someone());
    for (const name of ['"><img src=x onerror=alert(1)>', '</title>', '..', '100%', 'a%2Fb', 'a/b']) await makeFolder(page, name);
    await expect(page).toHaveTitle('Files · Holdall');
    await expect(crumbs(page).getByRole('listitem')).toHaveText(['Files', '"><img src=x onerror=alert(1)>', '</title>', '..', '100%', 'a%2Fb', 'a/b']);
    await page.reload();
    await expect(heading(page, 'a/b')).toBeVisible();
});

test('deleting a folder says what goes, and takes all of it', async ({ page, context, place, newVisitor }) => {
    const ada = someone();
    await signUp(page, ada);
    await makeFolder(page, 'Old');
    const old = new URL(page.url()).pathname;
    await uploadByForm(context, [text('one.txt'), text('two.txt')], old);
    await makeFolder(page, 'Older');
    const older = new URL(page.url()).pathname;
    await uploadByForm(context, [binary('three.bin', 12_000)], older);
    await uploadByForm(context, [text('kept.txt')]);
    await page.goto('/files');
    await page.goto(`${old}/delete`);
    await expect(heading(page, 'Delete this folder and everything in it?')).toBeVisible();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await expect(names(page)).toHaveText(['Old', 'kept.txt']);

    const stranger = await newVisitor();
    await signUp(stranger, someone('Stranger'));
    for (const path of [old, `${old}/delete`, `${old}/new-folder`]) {
        expect((await stranger.goto(path))!.status()).toBe(404);
        await expect(heading(stranger, 'Not found')).toBeVisible();
    }

    await remove(page, 'Old');
    await expect(names(page)).toHaveText(['kept.txt']);
    await expect(page).toHaveURL('/files');
    await open(page, 'Trash');
    await page.getByRole('link', { name: 'Delete Old for ever' }).click();
    await page.getByRole('button', { name: 'Delete 3 files and 2 folders (12 kB) for ever' }).click();
    await trashIsEmpty(page);
    await expect.poll(() => privateKeys(place, ada)).toHaveLength(1);
    expect((await page.goto(older))!.status()).toBe(404);
    await expect(heading(page, 'Not found')).toBeVisible();
});

test('a folder that is gone says so when something is uploaded into it', async ({ page, context, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled !== false, 'the tray of a running page has its own tests');
    await signUp(page, someone());
    await makeFolder(page, 'Gone');
    const list = new URL(page.url()).pathname;
    await context.request.post(`${list}/delete`, { form: {} });
    await choose(page, false, text('late.txt'));
    await expect(heading(page, 'Not found')).toBeVisible();
});

test('folders come first, and pages lead through folders and files', async ({ page, context }) => {
    await signUp(page, someone());
    await makeFolder(page, 'Full');
    const list = new URL(page.url()).pathname;
    for (let at = 1; at <= 55; at++) {
        const answer = await context.request.post(`${list}/new-folder`, { form: { 'folder-name': `folder ${at}` }, maxRedirects: 0 });
        expect(answer.status()).toBe(303);
    }
    await uploadByForm(context, [text('a.txt'), text('b.txt')], list);
    const folders = Array.from({ length: 55 }, (_, at) => `folder ${at + 1}`);
    await page.goto(list);
    await expect(names(page)).toHaveText(folders.slice(0, 50));
    await page.getByRole('link', { name: 'Next', exact: true }).click();
    await expect(names(page)).toHaveText([...folders.slice(50), 'b.txt', 'a.txt']);
    await page.reload();
    await expect(names(page)).toHaveText([...folders.slice(50), 'b.txt', 'a.txt']);
    await page.getByRole('link', { name: 'Previous', exact: true }).click();
    await expect(names(page)).toHaveText(folders.slice(0, 50));
    await expect(heading(page, 'Full')).toBeVisible();
});

test('a file whose folder is deleted while it comes is kept, and the tray says where', async ({ page, context, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'without scripts the form says so at its end');
    await signUp(page, someone());
    await makeFolder(page, 'Gone');
    await upstream(page, 50_000);
    await choose(page, true, binary('kept.bin', 6_000_000));
    await expect.poll(() => position(page, 'kept.bin')).toBeGreaterThan(0);
    const other = await context.newPage();
    await other.goto('/files');
    await remove(other, 'Gone');
    await expect(nothingHere(other)).toBeVisible();
    await upstream(page, 0);
    await expect(row(page, 'kept.bin')).toContainText('Its folder is gone. It lies in Files', { timeout: 30_000 });
    await other.reload();
    await expect(names(other)).toHaveText(['kept.bin']);
    await row(page, 'kept.bin').getByRole('button', { name: 'Dismiss' }).click();
    await expect(row(page, 'kept.bin')).toHaveCount(0);
});
