// Uploads of a hydrated page, as its tray shows them.

import { choose, expect, file, heading, names, open, privateKeys, save, signUp, someone, test } from './holdall';
import { text } from './samples';
import { offline, onDisk, position, tray, upstream } from './tray';

test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'without scripts the browser itself shows how far a form is');

test('a file chosen before the page runs is uploaded all the same', async ({ page }) => {
    await signUp(page, someone());
    let go = () => {};
    const held = new Promise<void>(resolve => (go = resolve));
    await page.route('**/*.wasm', async route => {
        await held;
        await route.continue();
    });
    await page.reload({ waitUntil: 'commit' });
    await page.getByLabel('Choose files').setInputFiles(text('early.txt'));
    go();
    await expect(file(page, 'early.txt')).toBeVisible();
});

test('the tray shows how far an upload is, and goes on while one moves between pages', async ({ page }, info) => {
    await signUp(page, someone());
    await upstream(page, 700_000);
    const [small, large] = [onDisk(info, 'small.bin', 1000), onDisk(info, 'large.bin', 40_000_000)];
    await choose(page, true, [small.path, large.path]);
    await expect(file(page, small.name)).toBeVisible();
    await expect(tray(page).getByRole('status')).toHaveText('Uploading 2 of 2');
    await expect.poll(() => position(page, large.name)).toBeGreaterThan(0);
    await expect(tray(page).getByRole('listitem').filter({ hasText: large.name })).toContainText(/of 40 MB/);
    // Slow enough that it cannot be done before the test says so, however slow the machine is.
    await upstream(page, 200_000);
    const before = await position(page, large.name);
    expect(before).toBeLessThan(1);

    await open(page, 'Account');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Somebody else');
    await page.getByRole('button', { name: 'Save name' }).click();
    await expect(page.getByText('Your name is changed.')).toBeVisible();
    await open(page, 'Files');
    await expect(file(page, small.name)).toBeVisible();
    await expect(tray(page).getByRole('status')).toHaveText('Uploading 2 of 2');
    await expect.poll(() => position(page, large.name)).toBeGreaterThan(before);
    await expect(file(page, large.name)).toHaveCount(0);
    await upstream(page, 0);
    await expect(tray(page).getByRole('status')).toHaveText('2 files uploaded', { timeout: 30_000 });
    await expect(names(page)).toHaveText([large.name, small.name]);
    expect((await save(page, large.name)).sha256).toBe(large.sha256);
    await tray(page).getByRole('button', { name: 'Close' }).click();
    await expect(tray(page)).toHaveCount(0);
});

test('a cancelled upload leaves nothing, and the next one is sent', async ({ page, place }, info) => {
    const ada = someone();
    await signUp(page, ada);
    await upstream(page, 700_000);
    await choose(page, true, onDisk(info, 'unwanted.bin', 40_000_000).path);
    await expect.poll(() => position(page, 'unwanted.bin')).toBeGreaterThan(0);
    await upstream(page, 200_000);
    const [unwanted] = privateKeys(place, ada);
    expect(unwanted).toBeTruthy();
    await choose(page, true, text('wanted.txt'));
    await expect(tray(page).getByRole('listitem')).toHaveCount(2);
    await tray(page).getByRole('button', { name: 'Cancel unwanted.bin' }).click();
    await upstream(page, 0);
    await expect(names(page)).toHaveText(['wanted.txt']);
    await expect(tray(page).getByRole('status')).toHaveText('1 file uploaded');
    await expect.poll(() => privateKeys(place, ada)).toHaveLength(1);
    expect(privateKeys(place, ada)).not.toContain(unwanted);
});

test.describe('without a network', () => {
    test.use({ allowed: [/net::ERR_INTERNET_DISCONNECTED/] });

    test('an upload waits, says so, and goes on by itself', async ({ page }, info) => {
        test.setTimeout(150_000);
        await signUp(page, someone());
        await upstream(page, 1_000_000);
        // More parts than are sent in parallel: those in transfer may still arrive.
        const big = onDisk(info, 'big.bin', 60_000_000);
        await choose(page, true, big.path);
        await expect.poll(() => position(page, big.name), { timeout: 60_000 }).toBeGreaterThan(0.1);
        await offline(page);
        await choose(page, true, text('letter.txt'));
        const row = tray(page).getByRole('listitem').filter({ hasText: big.name });
        await expect(row).toContainText('Waiting for the network');
        await expect(row).toContainText(/Goes on by itself from \d{1,2} %/);
        await expect(tray(page).getByRole('status')).toHaveText('Waiting for the network');
        await expect(tray(page).getByRole('listitem').filter({ hasText: 'letter.txt' })).toContainText('Goes on by itself from 0 %');
        await upstream(page, 0);
        await expect(tray(page).getByRole('status')).toHaveText('2 files uploaded', { timeout: 60_000 });
        await expect(names(page)).toHaveCount(2);
        expect((await save(page, big.name)).sha256).toBe(big.sha256);
    });

    test('a form says so, keeps what was typed, and can be sent again', async ({ page, context }) => {
        await signUp(page, someone());
        await choose(page, true, text('before.txt'));
        await expect(names(page)).toHaveText(['before.txt']);
        await open(page, 'Account');
        await context.setOffline(true);
        const name = page.getByRole('textbox', { name: 'Name', exact: true });
        await name.fill('A new name');
        await page.getByRole('button', { name: 'Save name' }).click();
        await expect(page.getByText('The site could not be reached. Check your connection and try again.')).toBeVisible();
        await expect(name).toHaveValue('A new name');
        await context.setOffline(false);
        await page.getByRole('button', { name: 'Save name' }).click();
        await expect(page.getByText('Your name is changed.')).toBeVisible();
        await expect(page.getByText('The site could not be reached.')).toHaveCount(0);
        await expect(heading(page, 'Account')).toBeVisible();
    });
});

test('a second click while a form is under way does nothing', async ({ page }) => {
    await signUp(page, someone());
    await choose(page, true, text('letter.txt'));
    await expect(names(page)).toHaveText(['letter.txt']);
    let sent = 0;
    await page.route(url => ['/account/name', '/account/avatar'].includes(url.pathname), async route => {
        sent += 1;
        await route.continue();
    });
    await open(page, 'Account');
    await page.getByRole('button', { name: 'Save name' }).dblclick();
    await expect(page.getByText('Your name is changed.')).toBeVisible();
    expect(sent).toBe(1);
});

test('the same file can be chosen twice in a row', async ({ page }) => {
    await signUp(page, someone());
    await choose(page, true, text('letter.txt'));
    await expect(names(page)).toHaveText(['letter.txt']);
    await choose(page, true, text('letter.txt'));
    await expect(names(page)).toHaveText(['letter (1).txt', 'letter.txt']);
});
