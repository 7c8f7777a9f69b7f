// Pages that do not arrive as the server sent them. Where hydration would not find its nodes, the server's page stays
// and works as with scripts off, and says why; where it does, all is as ever.

import type { Page } from '@playwright/test';

import { test } from './behind';
import { choose, expect, file, heading, holdBrowserHalf, makeFolder, names, open, signUp, someone } from './holdall';
import { text } from './samples';

const note = (page: Page) => page.getByText('This page did not arrive as the site sent it');
/** There only while the browser half runs. */
const selectAll = (page: Page) => page.getByRole('checkbox', { name: 'Select all' });

/** What Cloudflare does to addresses in the text of a page. */
function obfuscated(html: string): string {
    let quiet = false;
    return html.replace(/(<[^>]*>)|([^<]+)/g, (_, tag?: string, words = '') => {
        if (tag) quiet = /^<(script|style|title|textarea)/i.test(tag) || (quiet && !/^<\/(script|style|title|textarea)/i.test(tag));
        if (tag || quiet) return tag ?? words;
        return (words as string).replace(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '<a href="/cdn-cgi/l/email-protection" class="__cf_email__">[email&#160;protected]</a>');
    });
}

/** Changes only what stands in the body. */
const inBody = (change: (body: string) => string) => (html: string) => {
    const [head, rest] = html.split(/(?<=<body[^>]*>)/);
    const [body, tail] = rest!.split(/(?=<\/body>)/);
    return `${head}${change(body!)}${tail}`;
};

const CHANGES: [string, (html: string) => string][] = [
    ['addresses are hidden', obfuscated],
    ['comments are taken out', inBody(body => body.replace(/<!(--.*?--)?>/gs, ''))],
    ['lines end between elements', inBody(body => body.replaceAll('><', '>\n<'))],
    ['an element comes first', html => html.replace(/<body[^>]*>/, '$&<div class="bar">a bar</div>')],
    ['an element comes after each field', inBody(body => body.replace(/<input[^>]*>/g, '$&<span class="icon"></span>'))],
    ['a text is split', inBody(body => body.replace(/Files(?=<\/)/, '<mark>Fi</mark>les'))],
    ['an element is another', inBody(body => body.replace(/<main([^>]*)>(.*)<\/main>/s, '<div$1>$2</div>'))],
    ['an element is taken out', inBody(body => body.replace(/<section class="usage".*?<\/section>/s, ''))],
    ['the ends of rows are taken out', inBody(body => body.replaceAll('</tr>', ''))],
    ['its shape is taken out', html => html.replace(/<meta name="shape"[^>]*>/, '')],
    ['all meta elements are taken out', html => html.replace(/<meta[^>]*>/g, '')],
    ['scripts in the page are taken out', html => html.replace(/<script(?![^>]*src=)[^>]*>.*?<\/script>/gs, '')],
    // The same nodes in the same order, but hydration ends midway.
    ['a heading is closed early', inBody(body => body.replace(/<h2>Storage(.*?)<\/h2>/, '<h2></h2>Storage$1'))],
];

test.describe('a page that was changed', () => {
    // Where hydration ends midway the console says so.
    test.use({ allowed: [/^uncaught: RuntimeError/] });

    for (const [how, change] of CHANGES) {
        test(`stays the server's where ${how}, and works`, async ({ page, way }, info) => {
            await signUp(page, someone());
            await choose(page, true, text('photo@2x.png'));
            await expect(file(page, 'photo@2x.png')).toBeVisible();
            await makeFolder(page, 'anna@example.org');

            way.rewrite = change;
            await page.goto('/files');
            await expect(note(page)).toBeVisible();
            await expect(note(page)).toHaveCount(1);
            await expect(selectAll(page)).toHaveCount(0);
            for (const [name, width] of [['desktop', 1280], ['phone', 390]] as const) {
                await page.setViewportSize({ width, height: 800 });
                await page.screenshot({ path: info.outputPath(`${name}.png`) });
            }
            await page.setViewportSize({ width: 1280, height: 800 });

            // Links and forms are the browser's.
            await page.evaluate(() => (document.documentElement.dataset.stays = ''));
            await page.getByRole('link', { name: 'New folder', exact: true }).click();
            await expect(heading(page, 'New folder')).toBeVisible();
            expect(await page.evaluate(() => document.documentElement.dataset.stays)).toBeUndefined();
            await page.getByRole('textbox', { name: 'Folder name' }).fill('Letters');
            await page.getByRole('button', { name: 'Create folder' }).click();
            await expect(page).toHaveURL(/\/files\/\w+$/);
            await choose(page, false, text('plain.txt'));
            await expect(file(page, 'plain.txt')).toBeVisible();
            await page.goto('/account');
            await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ada King');
            await page.getByRole('button', { name: 'Save name' }).click();
            await expect(page.getByText('Your name is changed.')).toBeVisible();

            way.rewrite = undefined;
            await page.goto('/files');
            await expect(selectAll(page)).toBeVisible();
            await expect(note(page)).toHaveCount(0);
            await expect(names(page)).toHaveText(['anna@example.org', 'Letters', 'photo@2x.png']);
            await page.getByRole('link', { name: 'Letters', exact: true }).click();
            await expect(file(page, 'plain.txt')).toBeVisible();
        });
    }
});

const HARMLESS: [string, (html: string) => string][] = [
    ['an element comes last', html => html.replace('</body>', '<aside>a bar</aside><script src="/nothing.js"></script></body>')],
    ['attributes are changed', inBody(body => body.replace(/<(div|section) class="/g, '<$1 data-seen="1" class="'))],
    ['spaces become one', inBody(body => body.replace(/ +/g, ' '))],
    ['words are changed', inBody(body => body.replaceAll('Storage', 'Space'))],
    ['the head has more', html => html.replace('</head>', '<style media="none"></style></head>')],
];

test.describe('a page that was changed where it does not matter', () => {
    test.use({ allowed: [/nothing\.js|Content Security Policy/] });

    for (const [how, change] of HARMLESS) {
        test(`is taken over where ${how}`, async ({ page, way }) => {
            way.rewrite = change;
            await signUp(page, someone());
            await choose(page, true, text('photo@2x.png'));
            await expect(file(page, 'photo@2x.png')).toBeVisible();
            await page.reload();
            await expect(selectAll(page)).toBeVisible();
            await makeFolder(page, 'anna@example.org');
            await open(page, 'Account');
            await expect(note(page)).toHaveCount(0);
        });
    }
});

test('a proxy that hides addresses leaves pages alone that say no-transform', async ({ page, way }) => {
    way.rewrite = (html, cacheControl) => (cacheControl.includes('no-transform') ? html : obfuscated(html));
    await signUp(page, someone());
    await choose(page, true, text('photo@2x.png'));
    await expect(file(page, 'photo@2x.png')).toBeVisible();
    await makeFolder(page, 'anna@example.org');
    await page.goto('/files');
    await expect(selectAll(page)).toBeVisible();
    await expect(names(page)).toHaveText(['anna@example.org', 'photo@2x.png']);
    await page.goto((await page.getByRole('link', { name: 'Delete photo@2x.png' }).getAttribute('href'))!);
    await expect(page.getByText('photo@2x.png')).toBeVisible();
    await page.reload();
    await expect(page.getByText('photo@2x.png')).toBeVisible();
    await open(page, 'Account');
    await expect(note(page)).toHaveCount(0);
});

test.describe('an extension', () => {
    for (const where of ['prepend', 'append'] as const) {
        test(`that would ${where} an element to a page that has arrived does no harm`, async ({ page }) => {
            await page.addInitScript(where => {
                document.addEventListener('DOMContentLoaded', () => document.body[where](document.createElement('com-extension')));
            }, where);
            await signUp(page, someone());
            await choose(page, true, text('a.txt'));
            await expect(file(page, 'a.txt')).toBeVisible();
            await page.goto('/files');
            await expect(selectAll(page)).toBeVisible();
            await expect(note(page)).toHaveCount(0);
        });
    }

    test.describe('that adds to fields before the page runs', () => {
        /** Opens a page, and holds the browser half back until the function that is returned is called. */
        async function openEarly(page: Page, path = '/account') {
            const pass = await holdBrowserHalf(page);
            // Asked for once the page has kept a copy of how it arrived.
            const asked = page.waitForRequest(/\.wasm$/);
            await page.goto(path, { waitUntil: 'commit' });
            await asked;
            return pass;
        }
        const nameField = (page: Page) => page.getByRole('textbox', { name: 'Name', exact: true });
        const addToFields = (page: Page) =>
            page.evaluate(() => {
                for (const input of document.querySelectorAll('main input')) input.after(document.createElement('com-icon'));
            });

        test('takes nothing from what is typed and chosen', async ({ page }) => {
            await signUp(page, someone());
            const pass = await openEarly(page);
            await page.getByLabel('Avatar').setInputFiles(text('me.png'));
            await nameField(page).fill('Ada');
            await addToFields(page);
            pass();
            await expect(page.locator('com-icon')).toHaveCount(0);
            // The cursor stays in the field.
            await page.keyboard.type(' King');
            await expect(nameField(page)).toHaveValue('Ada King');
            expect(await page.getByLabel('Avatar').evaluate(input => (input as HTMLInputElement).files?.length)).toBe(1);
            await page.getByRole('button', { name: 'Save name' }).click();
            await expect(page.getByText('Your name is changed.')).toBeVisible();
            await expect(page.locator('.who')).toContainText('Ada King');
            await expect(note(page)).toHaveCount(0);
        });

        test('leaves the cursor in a name that is being changed', async ({ page }) => {
            await signUp(page, someone());
            await makeFolder(page, 'Letters');
            const pass = await openEarly(page, `${new URL(page.url()).pathname}/rename`);
            const field = page.getByLabel('Folder name');
            await field.fill('Post');
            await addToFields(page);
            pass();
            await expect(page.locator('com-icon')).toHaveCount(0);
            await page.keyboard.type(' 2026');
            await expect(field).toHaveValue('Post 2026');
        });

        test('takes nothing from a dialog for files that is open meanwhile', async ({ page }) => {
            await signUp(page, someone());
            const pass = await openEarly(page, '/files');
            const [dialog] = await Promise.all([page.waitForEvent('filechooser'), page.getByLabel('Choose files').click()]);
            await addToFields(page);
            pass();
            await expect(page.locator('com-icon')).toHaveCount(0);
            await dialog.setFiles(text('a.txt'));
            await expect(file(page, 'a.txt')).toBeVisible();
            await expect(note(page)).toHaveCount(0);
        });

        test('takes no click from a button that is pressed meanwhile', async ({ page }) => {
            await signUp(page, someone());
            const pass = await openEarly(page);
            await nameField(page).fill('Ada King');
            await addToFields(page);
            await page.getByRole('button', { name: 'Save name' }).hover();
            await page.mouse.down();
            const arrived = page.waitForResponse(/holdall\.wasm/);
            pass();
            await (await arrived).finished();
            await page.waitForTimeout(500);
            await page.mouse.up();
            await expect(page.getByText('Your name is changed.')).toBeVisible();
        });
    });

    test('that changes a page while it arrives leaves the server’s', async ({ page }) => {
        await page.addInitScript(() => {
            const watch = new MutationObserver(() => {
                if (!document.body) return;
                watch.disconnect();
                document.body.prepend(document.createElement('com-extension'));
            });
            watch.observe(document, { childList: true, subtree: true });
        });
        await signUp(page, someone());
        await expect(note(page)).toBeVisible();
        await choose(page, false, text('a.txt'));
        await expect(file(page, 'a.txt')).toBeVisible();
        await expect(selectAll(page)).toHaveCount(0);
    });
});
