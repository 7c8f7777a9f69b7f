// Resuming interrupted uploads: in the same page, after a reload, and in another browser. Only missing parts are sent.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Page, Route } from '@playwright/test';

import {
    choose, expect, file, fillSignIn, heading, names, nothingHere, privateKeys, rows, save, signUp, someone, test, type Person, type Place,
} from './holdall';
import { text } from './samples';
import { arrivals, chooseAgain, onDisk, position, row, status, tray, unfinished, upstream, type Kept } from './tray';

test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'uploads in parts need scripts');

const PART = 8 << 20;

/** The number of bytes of a person's incomplete uploads on the server, including parts whose response was lost. */
function there(place: Place, person: Person): number {
    const sql = `SELECT COALESCE(SUM(parts.size), 0) FROM parts JOIN blobs ON blobs.id = parts.blob JOIN accounts ON accounts.id = blobs.account
        WHERE accounts.email = ? AND parts.arrived IS NOT NULL AND blobs.state <> 'stored'`;
    return Number(rows(place, sql, person.email)[0][0]);
}

/** Sends the first part of a file, and pauses until nothing arrives any more. */
async function sendSome(page: Page, place: Place, person: Person, big: Kept) {
    const isOfPart = (address: URL) => /\/parts\/\d+$|[?&]partNumber=\d/.test(address.href);
    let sent = 0;
    // However slow or quick the machine is, the others wait for a pause that cuts them off.
    const hold = (route: Route) => (route.request().method() !== 'PUT' || sent++ === 0 ? route.continue() : undefined);
    await page.route(isOfPart, hold);
    const arrival = page.waitForResponse(response => isOfPart(new URL(response.url())) && response.request().method() === 'PUT' && response.ok());
    await choose(page, true, big.path);
    await arrival;
    await tray(page).getByRole('button', { name: `Pause ${big.name}` }).click();
    await expect(row(page, big.name)).toContainText(/Paused at \d+ %/);
    await page.unroute(isOfPart, hold);
    // A part that had been sent may still be on its way through the site to the store.
    let last = -1;
    const moves = () => last !== (last = there(place, person));
    await expect.poll(moves, { intervals: [2000], timeout: 60_000 }).toBe(false);
}

test('a paused upload stands still and goes on with what is missing', async ({ page, place }, info) => {
    test.setTimeout(120_000);
    const ada = someone();
    await signUp(page, ada);
    const big = onDisk(info, 'big.bin', 5 * PART - 1234);
    await sendSome(page, place, ada, big);
    await expect(status(page)).toHaveText('1 file paused');
    const [before, arrived] = [there(place, ada), await arrivals(page)];
    await tray(page).getByRole('button', { name: `Resume ${big.name}` }).click();
    await expect(status(page)).toHaveText('1 file uploaded', { timeout: 30_000 });
    await expect.poll(arrived).toBe(big.size - before);
    expect((await save(page, big.name)).sha256).toBe(big.sha256);
});

test('everything can be paused, resumed and cancelled at once', async ({ page, place }, info) => {
    const ada = someone();
    await signUp(page, ada);
    await upstream(page, 500_000);
    await choose(page, true, [onDisk(info, 'one.bin', 9_000_000).path, onDisk(info, 'two.bin', 9_000_000).path]);
    await tray(page).getByRole('button', { name: 'Pause all' }).click();
    await expect(status(page)).toHaveText('2 files paused');
    await tray(page).getByRole('button', { name: 'Resume all' }).click();
    await expect(status(page)).toHaveText('Uploading 1 of 2');
    // The one whose last request has ended first goes on first.
    await expect.poll(async () => Math.max(await position(page, 'one.bin'), await position(page, 'two.bin'))).toBeGreaterThan(0);
    await tray(page).getByRole('button', { name: 'Cancel all' }).click();
    await expect(tray(page)).toHaveCount(0);
    await expect.poll(() => privateKeys(place, ada)).toEqual([]);
    await expect(nothingHere(page)).toBeVisible();
    await expect(unfinished(page)).toHaveCount(0);
});

test('after a reload the same file goes on, and only the rest is sent', async ({ page, place }, info) => {
    test.setTimeout(120_000);
    const ada = someone();
    await signUp(page, ada);
    const big = onDisk(info, 'big.bin', 5 * PART);
    await sendSome(page, place, ada, big);
    await page.reload();
    await expect(unfinished(page)).toContainText(big.name);
    const before = there(place, ada);
    await expect(unfinished(page)).toContainText(`${Math.floor((before * 100) / big.size)} % of 42 MB`);
    const arrived = await arrivals(page);
    await chooseAgain(page, big.name, big.path);
    await expect(status(page)).toHaveText('1 file uploaded', { timeout: 30_000 });
    await expect.poll(arrived).toBe(big.size - before);
    await expect(unfinished(page)).toHaveCount(0);
    expect((await save(page, big.name)).sha256).toBe(big.sha256);
});

test('another browser of the same person goes on with it, whatever the file is called there', async ({ page, place, newVisitor }, info) => {
    test.setTimeout(120_000);
    const ada = someone();
    await signUp(page, ada);
    const big = onDisk(info, 'big.bin', 5 * PART);
    await sendSome(page, place, ada, big);
    await page.close();
    const other = await newVisitor();
    await other.goto('/sign-in');
    await fillSignIn(other, ada);
    await expect(heading(other, 'Files')).toBeVisible();
    const renamed = info.outputPath('renamed.bin');
    copyFileSync(big.path, renamed);
    const [before, arrived] = [there(place, ada), await arrivals(other)];
    await chooseAgain(other, big.name, renamed);
    await expect(status(other)).toHaveText('1 file uploaded', { timeout: 30_000 });
    await expect.poll(arrived).toBe(big.size - before);
    await expect(names(other)).toHaveText([big.name]);
    expect((await save(other, big.name)).sha256).toBe(big.sha256);
});

test('a wrong file is refused with a sentence, and nothing is lost', async ({ page, place }, info) => {
    test.setTimeout(120_000);
    const ada = someone();
    await signUp(page, ada);
    const big = onDisk(info, 'big.bin', 5 * PART);
    await sendSome(page, place, ada, big);
    await page.reload();
    await expect(unfinished(page)).toContainText(big.name);
    const [before, arrived] = [there(place, ada), await arrivals(page)];
    // Two wrong files: one of another size, and one of the same size and name with other content.
    for (const size of [5 * PART - 1, 5 * PART]) {
        const wrong = onDisk(info, `wrong ${size}/big.bin`, size);
        await chooseAgain(page, big.name, wrong.path);
        await expect(tray(page).getByRole('alert')).toContainText('This is not the file that this upload began with.');
        await expect(unfinished(page)).toContainText(big.name);
        await tray(page).getByRole('button', { name: `Dismiss ${big.name}` }).click();
        await expect(tray(page)).toHaveCount(0);
    }
    expect(await arrived()).toBe(0);
    await chooseAgain(page, big.name, big.path);
    await expect(status(page)).toHaveText('1 file uploaded', { timeout: 30_000 });
    await expect.poll(arrived).toBe(big.size - before);
});

test('an unfinished upload can be discarded, and leaves nothing', async ({ page, place }, info) => {
    test.setTimeout(120_000);
    const ada = someone();
    await signUp(page, ada);
    await sendSome(page, place, ada, onDisk(info, 'big.bin', 5 * PART));
    await page.reload();
    await unfinished(page).getByRole('button', { name: 'Discard big.bin' }).click();
    await expect(unfinished(page)).toHaveCount(0);
    await expect.poll(() => privateKeys(place, ada)).toEqual([]);
});

test('an upload of a folder that was discarded elsewhere begins anew, in the same folder', async ({ page, context }, info) => {
    test.setTimeout(120_000);
    await signUp(page, someone());
    const big = onDisk(info, 'trip/big.bin', 5 * PART);
    await upstream(page, 1_000_000);
    await page.getByLabel('Choose a folder').setInputFiles(info.outputPath('trip'));
    await expect.poll(() => position(page, big.name), { timeout: 30_000 }).toBeGreaterThan(0);
    await tray(page).getByRole('button', { name: `Pause ${big.name}` }).click();
    await page.reload();
    await expect(unfinished(page)).toContainText(big.name);
    const second = await context.newPage();
    await second.goto('/files');
    await unfinished(second).getByRole('button', { name: `Discard ${big.name}` }).click();
    await expect(unfinished(second)).toHaveCount(0);
    await upstream(page, 0);
    await chooseAgain(page, big.name, big.path);
    await expect(tray(page).getByRole('alert')).toContainText('This upload was discarded elsewhere');
    await tray(page).getByRole('button', { name: `Try again: ${big.name}` }).click();
    await expect(status(page)).toHaveText('1 file uploaded', { timeout: 60_000 });
    await expect(names(page)).toHaveText(['trip']);
    await file(page, 'trip').click();
    await expect(names(page)).toHaveText(['big.bin']);
});

test.describe('on a full disk', () => {
    test.use({ allowed: [/the server responded with a status of 507/] });

    test('closing the tray keeps what has arrived', async ({ page }, info) => {
        // Each refusal is followed by a longer pause.
        test.setTimeout(180_000);
        await signUp(page, someone());
        const big = onDisk(info, 'big.bin', 3 * PART);
        let sent = 0;
        await page.route('**/*', route => {
            if (route.request().method() !== 'PUT' || ++sent === 1) return route.continue();
            return route.fulfill({ status: 507, headers: { 'access-control-allow-origin': '*', 'x-answered-by': 'holdall' } });
        });
        await choose(page, true, big.path);
        await expect(tray(page).getByRole('alert')).toContainText('disk is full', { timeout: 90_000 });
        await page.unroute('**/*');
        await expect(status(page)).toHaveText('1 file not uploaded');
        await expect(unfinished(page)).toHaveCount(0);
        await tray(page).getByRole('button', { name: 'Close' }).click();
        await expect(tray(page)).toHaveCount(0);
        await expect(unfinished(page)).toContainText(big.name);
        const arrived = await arrivals(page);
        await chooseAgain(page, big.name, big.path);
        await expect(status(page)).toHaveText('1 file uploaded', { timeout: 30_000 });
        await expect.poll(arrived).toBe(2 * PART);
        expect((await save(page, big.name)).sha256).toBe(big.sha256);
    });
});

test('two tabs send one upload, and one file comes of it', async ({ page, place, context }, info) => {
    test.setTimeout(120_000);
    const ada = someone();
    await signUp(page, ada);
    const big = onDisk(info, 'big.bin', 5 * PART);
    await sendSome(page, place, ada, big);
    const second = await context.newPage();
    await second.goto('/files');
    await chooseAgain(second, big.name, big.path);
    await expect(status(second)).toHaveText('1 file uploaded', { timeout: 30_000 });
    await tray(page).getByRole('button', { name: `Resume ${big.name}` }).click();
    await expect(status(page)).toHaveText('1 file uploaded', { timeout: 30_000 });
    await expect(names(page)).toHaveText([big.name]);
    expect((await save(page, big.name)).sha256).toBe(big.sha256);
});

test('a page that is sending asks before it is closed, and not afterwards', async ({ page }, info) => {
    await signUp(page, someone());
    await upstream(page, 1_000_000);
    await choose(page, true, onDisk(info, 'big.bin', 9_000_000).path);
    await expect.poll(() => position(page, 'big.bin')).toBeGreaterThan(0);
    const asked: string[] = [];
    page.on('dialog', async dialog => {
        asked.push(dialog.type());
        await dialog.dismiss();
    });
    // Browsers ask for confirmation only after the person has interacted with the page.
    await page.getByRole('heading', { level: 1 }).click();
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => asked).toEqual(['beforeunload']);
    await tray(page).getByRole('button', { name: 'Cancel big.bin' }).click();
    await expect(tray(page)).toHaveCount(0);
    await page.reload();
    expect(asked).toHaveLength(1);
});

test('a folder is sent with the folders in it', async ({ page }, info) => {
    await signUp(page, someone());
    const files = ['trip/notes.txt', 'trip/day one/a.txt', 'trip/day one/b.txt'];
    for (const name of files) {
        const path = info.outputPath(name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, name);
    }
    const sent: string[] = [];
    page.on('request', request => {
        if (!request.url().endsWith('/api/uploads/create')) return;
        const { files } = request.postDataJSON() as { files: { name: string; path: string[] }[] };
        sent.push(...files.map(({ name, path }) => [...path, name].join('/')));
    });
    await page.getByLabel('Choose a folder').setInputFiles(info.outputPath('trip'));
    await expect(status(page)).toHaveText('3 files uploaded');
    expect(sent.sort()).toEqual(files.sort());
});

test('three hundred small files go in few calls', async ({ page }, info) => {
    test.setTimeout(120_000);
    await signUp(page, someone());
    const folder = info.outputPath('many');
    mkdirSync(folder);
    const paths = Array.from({ length: 300 }, (_, at) => `${folder}/file ${at}.txt`);
    for (const path of paths) writeFileSync(path, path);
    const calls = new Map<string, number>();
    page.on('request', request => {
        const { pathname } = new URL(request.url());
        if (pathname.startsWith('/api/uploads/')) calls.set(pathname, (calls.get(pathname) ?? 0) + 1);
    });
    const begun = Date.now();
    await choose(page, true, paths);
    await expect(status(page)).toHaveText('300 files uploaded', { timeout: 90_000 });
    info.annotations.push({ type: 'figures', description: `300 files: ${Date.now() - begun} ms; ${JSON.stringify([...calls])}` });
    expect(calls.get('/api/uploads/create')).toBeLessThanOrEqual(6);
    await expect(names(page)).toHaveCount(50);
});

test('a file says that it is being checked, and then that it is verified', async ({ page }) => {
    await signUp(page, someone());
    await choose(page, true, text('letter.txt'));
    await expect(page.getByRole('row').filter({ hasText: 'letter.txt' })).toContainText('verified', { timeout: 30_000 });
});
