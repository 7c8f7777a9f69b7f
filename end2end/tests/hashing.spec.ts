// Where the sums of parts are made: what the server is told is compared with what it reads back, so "verified" says that
// they were right.

import { choose, expect, file, signUp, someone, test } from './holdall';
import { binary } from './samples';

test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'without scripts the server alone makes sums');

/** Three parts, the last one short. */
const sample = () => binary('in parts.bin', 20_000_001);

test('parts are hashed beside the page', async ({ page }) => {
    await signUp(page, someone());
    expect(page.workers()).toHaveLength(0);
    await choose(page, true, sample());
    await expect(file(page, 'in parts.bin')).toBeVisible();
    expect(page.workers()).toHaveLength(1);
    await expect(page.getByRole('row').filter({ hasText: 'in parts.bin' })).toContainText('verified', { timeout: 30_000 });
});

test.describe('over plain HTTP', () => {
    test.use({
        // A machine's own address, and none that browsers trust without TLS.
        baseURL: async ({ baseURL }, use) => use(baseURL!.replace('127.0.0.1', '0.0.0.0')),
        allowed: [/^The Cross-Origin-Opener-Policy header has been ignored, because the URL's origin was untrustworthy/],
    });

    test('parts are hashed all the same', async ({ page }) => {
        await signUp(page, someone());
        expect(await page.evaluate(() => [isSecureContext, typeof crypto.subtle])).toEqual([false, 'undefined']);
        await choose(page, true, sample());
        await expect(file(page, 'in parts.bin')).toBeVisible();
        expect(page.workers()).toHaveLength(0);
        await expect(page.getByRole('row').filter({ hasText: 'in parts.bin' })).toContainText('verified', { timeout: 30_000 });
    });
});

test('a browser that gives no worker uploads all the same', async ({ page }) => {
    await page.addInitScript(() => Reflect.deleteProperty(window, 'Worker'));
    await signUp(page, someone());
    await choose(page, true, sample());
    await expect(page.getByRole('row').filter({ hasText: 'in parts.bin' })).toContainText('verified', { timeout: 30_000 });
});
