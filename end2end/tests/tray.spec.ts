// How the tray looks and reads in each of its states: axe, and screenshots for people to check.

import AxeBuilder from '@axe-core/playwright';
import type { Page, TestInfo } from '@playwright/test';

import { choose, expect, signUp, someone, test } from './holdall';
import { text } from './samples';
import { offline, onDisk, position, row, status, tray, unfinished, upstream } from './tray';

test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'the tray needs scripts, and so does axe');

async function look(page: Page, info: TestInfo, name: string) {
    for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
        for (const colorScheme of ['light', 'dark'] as const) {
            await page.setViewportSize(viewport);
            await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
            await page.screenshot({ path: `test-results/screens/${info.project.name}/tray-${name}-${colorScheme}-${viewport.width}.png` });
            const { violations } = await new AxeBuilder({ page }).analyze();
            expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.failureSummary).join(' ')}`), name).toEqual([]);
            const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            expect.soft(wider, name).toBeLessThanOrEqual(0);
        }
    }
}

test.describe('in each of its states', () => {
    test.use({ allowed: [/net::ERR_INTERNET_DISCONNECTED/] });

    test('axe finds nothing in the tray', async ({ page }, info) => {
        test.setTimeout(180_000);
        await signUp(page, someone());
        await upstream(page, 400_000);
        const [wedding, scan] = [onDisk(info, 'wedding raw.mov', 40_000_000), onDisk(info, 'scan 0041.tif', 40_000_000)];
        await choose(page, true, [wedding.path, scan.path]);
        await expect.poll(() => position(page, 'wedding raw.mov')).toBeGreaterThan(0.01);
        await expect(tray(page)).toContainText(/left · .*\/s/);
        await expect(row(page, 'wedding raw.mov')).toContainText(/left · .*\/s/);
        await look(page, info, 'sending');

        await tray(page).getByRole('button', { name: 'Pause wedding raw.mov' }).click();
        await expect(row(page, 'wedding raw.mov')).toContainText('Paused at');
        await look(page, info, 'paused');
        await tray(page).getByRole('button', { name: 'Resume wedding raw.mov' }).click();

        await offline(page);
        await expect(row(page, 'wedding raw.mov')).toContainText('Waiting for the network');
        await look(page, info, 'offline');
        await upstream(page, 400_000);

        await tray(page).getByRole('button', { name: 'Pause all' }).click();
        await page.reload();
        await expect(unfinished(page).getByRole('listitem')).toHaveCount(2);
        await page.getByLabel('Choose the file again: scan 0041.tif').setInputFiles(text('scan 0041.tif'));
        await expect(tray(page).getByRole('alert')).toBeVisible();
        await look(page, info, 'unfinished');
        await tray(page).getByRole('button', { name: 'Dismiss scan 0041.tif' }).click();

        await choose(page, true, text('last.txt'));
        await expect(status(page)).toHaveText('1 file uploaded');
        await look(page, info, 'done');
    });
});

test('the buttons of the tray stay under one’s finger while numbers move', async ({ page }, info) => {
    await signUp(page, someone());
    await upstream(page, 400_000);
    await choose(page, true, onDisk(info, 'big.bin', 20_000_000).path);
    const pause = tray(page).getByRole('button', { name: 'Pause big.bin' });
    await pause.focus();
    const before = await position(page, 'big.bin');
    await expect.poll(() => position(page, 'big.bin')).toBeGreaterThan(before);
    await expect(pause).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(tray(page).getByRole('button', { name: 'Resume big.bin' })).toBeVisible();
});
