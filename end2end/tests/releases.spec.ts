// Tabs that are older than the server: they keep working, or offer a reload.

import { randomUUID } from 'node:crypto';

import type { Page } from '@playwright/test';

import { choose, expect, file, heading, names, nothingHere, open, remove, signUp, someone, test as base } from './holdall';
import { text } from './samples';
import { given, Site, type Settings } from './site';

interface Fixtures {
    /** Settings for the bucket of `end2end/run`, with locations that no other test uses. */
    settings: Settings;
    site: Site;
}

const test = base.extend<Fixtures>({
    settings: async ({}, use) => {
        const bucket = given('HOLDALL_E2E_S3').split(' ').map(setting => setting.split(/=(.*)/s).slice(0, 2) as [string, string]);
        await use({
            ...Object.fromEntries(bucket),
            HOLDALL_STATIC_LOCATION: 'replaced/static', HOLDALL_MEDIA_LOCATION: 'replaced/media',
            // Each database needs its own private location: two sites must not sweep the same one.
            HOLDALL_PRIVATE_LOCATION: `replaced/${randomUUID()}`,
        });
    },
    site: async ({ settings }, use, info) => {
        const site = await Site.at(info.outputPath('data'));
        await site.start(settings);
        await use(site);
        await site.stop();
    },
});

/** Stops the site, and starts a newer version at the same address on the same data. */
async function replace(site: Site, settings: Settings) {
    await site.stop();
    await site.start(settings, given('HOLDALL_E2E_NEWER'));
}

test.skip(({ javaScriptEnabled }) => javaScriptEnabled === false, 'without scripts each page is of the server that sends it');

/** The addresses of this page's release. */
const addresses = (page: Page) => page.locator('link[href^="/static/"], script[src^="/static/"]').evaluateAll(elements =>
    elements.map(element => element.getAttribute('href') ?? element.getAttribute('src')!));

const release = async (page: Page) => (await addresses(page))[0].split('/')[2];

/** Marks the document, so that a reload can be detected. */
const mark = (page: Page) => page.evaluate(() => document.documentElement.setAttribute('data-marked', ''));
const marked = (page: Page) => page.locator('html[data-marked]');

test.describe('a server that is replaced by a newer version', () => {
    test.skip(({ place }) => place !== 'garage', 'a bucket keeps the older release, and one run is enough');
    test.use({ baseURL: async ({ site }, use) => use(site.address) });

    test('leaves an open tab working', async ({ page, site, settings, newVisitor }) => {
        await signUp(page, someone());
        // When this has succeeded, the page is hydrated.
        await choose(page, true, text('before.txt'));
        await expect(names(page)).toHaveText(['before.txt']);
        await mark(page);
        const older = await addresses(page);
        await replace(site, settings);
        const stranger = await newVisitor();
        await stranger.goto('/sign-in');
        expect(await release(stranger)).not.toBe(older[0].split('/')[2]);

        await choose(page, true, text('after.txt'));
        await expect(names(page)).toHaveText(['after.txt', 'before.txt']);
        await open(page, 'Account');
        await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Somebody else');
        await page.getByRole('button', { name: 'Save name' }).click();
        await expect(page.getByText('Your name is changed.')).toBeVisible();
        await open(page, 'Files');
        await remove(page, 'before.txt');
        await expect(names(page)).toHaveText(['after.txt']);
        await expect(marked(page)).toHaveCount(1);

        // Files it has not loaded yet are still served; the browser's cache is bypassed.
        const load = (address: string) => fetch(address, { cache: 'no-store' }).then(answer => answer.status);
        for (const address of older) expect(await page.evaluate(load, address), address).toBe(200);

        await page.reload();
        expect(await release(page)).toBe(await release(stranger));
        await expect(names(page)).toHaveText(['after.txt']);
        await expect(file(page, 'after.txt')).toBeVisible();
    });
});

// The request is modified on its way, to look like one from a page of another version.
test.describe('a page that the server does not understand', () => {
    test.skip(({ place }) => place !== 'local' && place !== 'garage', 'where public files come from makes no difference');

    const sentence = 'This page is from an older version of the site. Reload it; nothing is lost.';
    const reload = (page: Page) => page.getByRole('link', { name: 'Reload', exact: true });

    /** A hydrated page with one file in its list. */
    async function running(page: Page) {
        await signUp(page, someone());
        await expect(nothingHere(page)).toBeVisible();
        await choose(page, true, text('letter.txt'));
        await expect(names(page)).toHaveText(['letter.txt']);
        await mark(page);
    }

    for (const [what, change] of [
        ['arguments', { postData: '{"position":"Alphabetical"}' }],
        ['a function', { path: '/api/folder' }],
    ] as const) {
        test(`says so where ${what} cannot be read, and can be reloaded`, async ({ page }) => {
            await running(page);
            await open(page, 'Account');
            await page.route('**/api/files', (route, request) => route.continue(
                'path' in change ? { url: new URL(change.path, request.url()).href } : change));
            await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Files', exact: true }).click();
            await expect(heading(page, 'Please reload this page')).toBeVisible();
            await expect(page.getByText(sentence)).toBeVisible();
            await expect(marked(page)).toHaveCount(1);
            await page.unroute('**/api/files');
            await reload(page).click();
            await expect(names(page)).toHaveText(['letter.txt']);
            await expect(marked(page)).toHaveCount(0);
        });
    }

    test('says so where a form has gone, and can be reloaded', async ({ page }) => {
        await running(page);
        await open(page, 'Account');
        await page.route('**/account/name', (route, request) => route.continue({ url: new URL('/account', request.url()).href }));
        await page.getByRole('button', { name: 'Save name' }).click();
        await expect(page.getByText(sentence)).toBeVisible();
        await expect(marked(page)).toHaveCount(1);
        await reload(page).click();
        await expect(page.getByText(sentence)).toHaveCount(0);
        await expect(heading(page, 'Account')).toBeVisible();
        await expect(marked(page)).toHaveCount(0);
    });

    test('says so where uploads have gone, and can be reloaded', async ({ page }) => {
        await running(page);
        await page.route('**/api/uploads/create', (route, request) =>
            route.continue({ url: new URL('/api/uploads/begin', request.url()).href }));
        const tray = page.getByRole('region', { name: 'Uploads' });
        await choose(page, true, text('another.txt'));
        await expect(tray.getByRole('alert')).toHaveText(sentence);
        await expect(tray.getByRole('button', { name: 'Try again: another.txt' })).toHaveCount(0);
        await reload(page).click();
        await expect(names(page)).toHaveText(['letter.txt']);
        await expect(marked(page)).toHaveCount(0);
    });
});
