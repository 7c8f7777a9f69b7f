// The part of the wasm that is loaded once a page is at rest: what needs it waits for it, or the server does it.

import type { Page, Route } from '@playwright/test';

import { choose, expect, file, heading, running, signUp, someone, test } from './holdall';
import { text } from './samples';

const LATER = /\/later\.wasm(\.br|\.gz)?$/;

/** Whether the page is still the document that it was when this was last called. */
async function isSameDocument(page: Page): Promise<boolean> {
    return page.evaluate(() => {
        const marked = window as Window & { marked?: boolean };
        const was = marked.marked === true;
        marked.marked = true;
        return was;
    });
}

test.describe('the later part of the wasm', () => {
    test.skip(({ javaScriptEnabled, place }) => javaScriptEnabled === false || place !== 'local', 'scripts load it');

    test('is loaded at rest, and other pages open without a new document', async ({ page }) => {
        await signUp(page, someone());
        const loaded = page.waitForResponse(LATER);
        await page.goto('/files');
        expect((await loaded).ok()).toBe(true);
        await isSameDocument(page);
        for (const name of ['Account', 'Trash']) {
            await page.getByRole('navigation').getByRole('link', { name }).click();
            await expect(heading(page, name)).toBeVisible();
        }
        expect(await isSameDocument(page)).toBe(true);
    });

    test('is waited for, and the list stays meanwhile', async ({ page }) => {
        await signUp(page, someone());
        let pass = () => {};
        const passed = new Promise<void>(done => (pass = done));
        await page.route(LATER, async route => {
            await passed;
            await route.continue();
        });
        await page.goto('/files');
        await running(page);
        const asked = page.waitForRequest(LATER);
        await page.getByRole('navigation').getByRole('link', { name: 'Trash' }).click();
        await asked;
        await isSameDocument(page);
        await expect(heading(page, 'Files')).toBeVisible();
        pass();
        await expect(heading(page, 'Trash')).toBeVisible();
        await expect(page).toHaveURL(/\/trash$/);
    });

    test.describe('cannot be loaded', () => {
        test.use({ allowed: [/^(Failed to load resource: net::ERR_FAILED|Fetch API cannot load|uncaught: TypeError: Failed to fetch)/] });

        test('so the server shows the page', async ({ page }) => {
            await signUp(page, someone());
            await page.route(LATER, route => route.abort());
            const failed = page.waitForEvent('requestfailed', request => LATER.test(request.url()));
            await page.goto('/files');
            await failed;
            await running(page);
            await page.getByRole('navigation').getByRole('link', { name: 'Trash' }).click();
            await expect(heading(page, 'Trash')).toBeVisible();
            await expect(page).toHaveURL(/\/trash$/);
            expect(await isSameDocument(page)).toBe(false);
        });

        test('and files that were chosen are uploaded once it can', async ({ page }) => {
            await signUp(page, someone());
            const refuse = (route: Route) => route.abort();
            await page.route(LATER, refuse);
            await page.goto('/files');
            await choose(page, true, text('one.txt'));
            await expect(page.getByText('could not be loaded yet')).toBeVisible();
            await choose(page, true, text('two.txt'));
            await page.unroute(LATER, refuse);
            // They are sent at the same time, so either may be the first.
            for (const name of ['one.txt', 'two.txt']) await expect(file(page, name)).toBeVisible();
        });
    });
});
