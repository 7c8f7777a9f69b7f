// Where parts are hashed. The server compares the declared digests with the stored bytes, so the label "verified" shows
// that they were right.

import { choose, expect, file, signUp, someone, test } from './holdall';
import { binary } from './samples';

test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'without scripts the server alone makes sums');

const ONCE = 'where the parts go makes no difference';

/** Three parts, the last of which is short. */
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
    test.skip(({ place }) => place !== 'local', ONCE);
    test.use({
        // An address of this machine that browsers do not treat as a secure context without TLS.
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

test('a browser that has no workers uploads all the same', async ({ page, place }) => {
    test.skip(place !== 'local', ONCE);
    await page.addInitScript(() => Reflect.deleteProperty(window, 'Worker'));
    await signUp(page, someone());
    await choose(page, true, sample());
    await expect(page.getByRole('row').filter({ hasText: 'in parts.bin' })).toContainText('verified', { timeout: 30_000 });
    expect(page.workers()).toHaveLength(0);
});

test.describe('where a proxy forbids workers', () => {
    test.skip(({ place }) => place !== 'local', ONCE);
    test.use({ allowed: [/Creating a worker from 'blob:\S+' violates|violates the following Content Security Policy directive: "worker-src 'none'"/] });

    test('parts are hashed all the same', async ({ page }) => {
        await signUp(page, someone());
        await page.route('/files', async route => {
            const answer = await route.fetch();
            const policy = answer.headers()['content-security-policy'].replace('worker-src blob:', "worker-src 'none'");
            await route.fulfill({ response: answer, headers: { ...answer.headers(), 'content-security-policy': policy } });
        });
        await page.reload();
        await choose(page, true, sample());
        await expect(page.getByRole('row').filter({ hasText: 'in parts.bin' })).toContainText('verified', { timeout: 30_000 });
        expect(page.workers()).toHaveLength(0);
    });
});

test('a worker that says nothing is waited for, but not for ever', async ({ page, place }) => {
    test.skip(place !== 'local', ONCE);
    test.setTimeout(120_000);
    await page.addInitScript(() => {
        const nothing = URL.createObjectURL(new Blob(['']));
        window.Worker = class extends Worker {
            constructor() {
                super(nothing);
            }
        };
    });
    await signUp(page, someone());
    await choose(page, true, sample());
    await expect(file(page, 'in parts.bin')).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole('row').filter({ hasText: 'in parts.bin' })).toContainText('verified', { timeout: 30_000 });
});
