// Answers that are not Holdall's: a proxy's refusals, a proxy that does not reach the site, and the sign-in page of a
// network. Each is said within seconds, and nothing that was picked or typed is lost by it.

import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { test } from './behind';
import { choose, expect, file, heading, makeFolder, nothingHere, open, signUp, someone } from './holdall';
import { page as pageOf, type Instead } from './proxy';
import { text } from './samples';
import { onDisk, row, status, tray } from './tray';

// The statuses of these answers, and the requests that a redirect to another origin ends.
test.use({ allowed: [/^Failed to load resource: the server responded with a status of 5\d\d/] });

const SOON = { timeout: 25_000 };

/** Whether a request is the running page's, rather than the browser's for a page or a file of the site. */
const isCall = ({ url, method }: IncomingMessage) => method !== 'GET' || url === '/health/live' || url === '/api/';

/** As nginx does by itself. */
const takesAtMost = (bytes: number) => ({ headers }: IncomingMessage): Instead | undefined =>
    Number(headers['content-length'] ?? 0) > bytes ? pageOf(413, '413 Request Entity Too Large') : undefined;

const TOO_LARGE = /The way to this site takes no requests this large\..*client_max_body_size.*\(status 413\)/;

test('a limit for the size of requests is said at once, and the file goes on once it is raised', async ({ page, way }, info) => {
    await signUp(page, someone());
    way.instead = takesAtMost(1 << 20);
    const big = onDisk(info, 'big.bin', 20 << 20);
    await choose(page, true, big.path);
    await expect(row(page, big.name).getByRole('alert')).toHaveText(TOO_LARGE, SOON);
    const parts = () => way.seen.filter(line => line.startsWith('PUT ')).length;
    const sent = parts();
    expect(sent).toBeLessThanOrEqual(8);
    await choose(page, true, text('small.txt'));
    await expect(file(page, 'small.txt')).toBeVisible();
    expect(parts()).toBe(sent + 1);
    await page.screenshot({ path: info.outputPath('too-large.png') });

    way.instead = () => undefined;
    await tray(page).getByRole('button', { name: `Try again: ${big.name}` }).click();
    await expect(file(page, big.name)).toBeVisible({ timeout: 30_000 });
});

test('a picture that the way does not take is said at its form, and stays chosen', async ({ page, way }) => {
    await signUp(page, someone());
    await open(page, 'Account');
    way.instead = takesAtMost(1 << 20);
    await page.getByLabel('Avatar').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: randomBytes(3_000_000) });
    await page.getByRole('button', { name: 'Save avatar' }).click();
    await expect(page.locator('main').getByText(TOO_LARGE)).toBeVisible(SOON);
    expect(await page.getByLabel('Avatar').evaluate(input => (input as HTMLInputElement).files?.length)).toBe(1);
});

test('a proxy that does not reach the site is waited for, with a sentence for each status', async ({ page, way }, info) => {
    test.setTimeout(120_000);
    await signUp(page, someone());
    const sentences: [number, string][] = [
        [502, 'The proxy in front of this site does not reach it. (Status 502)'],
        [503, 'The proxy in front of this site takes no requests now. (Status 503)'],
        [504, 'The proxy in front of this site waited too long for its answer. (Status 504)'],
    ];
    for (const [code, sentence] of sentences) {
        way.instead = asked => (isCall(asked) ? pageOf(code, 'Bad Gateway') : undefined);
        await choose(page, true, text(`${code}.txt`));
        await expect(row(page, `${code}.txt`)).toContainText(sentence, SOON);
        await expect(row(page, `${code}.txt`)).toContainText('Goes on by itself');
        await expect(status(page)).toHaveText('Waiting for the site');
        for (const [name, width] of [['desktop', 1280], ['phone', 390]] as const) {
            await page.setViewportSize({ width, height: 800 });
            await page.screenshot({ path: info.outputPath(`${code}-${name}.png`) });
        }
        way.instead = () => undefined;
        await expect(file(page, `${code}.txt`)).toBeVisible({ timeout: 40_000 });
    }
});

test('a part that a proxy cannot pass on goes on by itself', async ({ page, way }, info) => {
    await signUp(page, someone());
    const big = onDisk(info, 'big.bin', 20 << 20);
    way.instead = asked => (asked.method === 'PUT' || asked.url === '/health/live' ? { ...pageOf(502, 'Bad Gateway'), waits: true } : undefined);
    await choose(page, true, big.path);
    await expect(row(page, big.name)).toContainText('does not reach it', SOON);
    way.instead = () => undefined;
    await expect(file(page, big.name)).toBeVisible({ timeout: 40_000 });
});

test('a proxy that says itself whether the site lives keeps no upload waiting', async ({ page, way }, info) => {
    await signUp(page, someone());
    const big = onDisk(info, 'big.bin', 20 << 20);
    let refused = 0;
    way.instead = asked => {
        const refuses = asked.url === '/health/live' || (asked.method === 'PUT' && refused++ === 0);
        return refuses ? pageOf(503, 'Service Unavailable') : undefined;
    };
    await choose(page, true, big.path);
    await expect(file(page, big.name)).toBeVisible({ timeout: 40_000 });
    expect(way.seen).toContain('GET /health/live');
});

const SIGN_IN = /Something between this page and the site answered with a page of its own/;

for (const [how, instead] of [
    ['a page of its own', pageOf(200, 'Welcome to this network')],
    ['a redirect to another site', { status: 302, headers: { location: 'http://localhost:1/sign-in' } }],
] as [string, Instead][]) {
    test(`a network that answers with ${how} is said so, and all goes on once one has signed in there`, async ({ page, way }, info) => {
        test.setTimeout(120_000);
        const ada = someone();
        await signUp(page, ada);
        await choose(page, true, text('before.txt'));
        await expect(file(page, 'before.txt')).toBeVisible();
        await makeFolder(page, 'Letters');
        await open(page, 'Files');

        way.instead = asked => (isCall(asked) ? instead : undefined);
        await choose(page, true, text('meanwhile.txt'));
        await expect(row(page, 'meanwhile.txt')).toContainText(SIGN_IN, SOON);
        await page.screenshot({ path: info.outputPath('waiting.png') });

        // The list cannot be asked for; a form is not sent, and what was typed stays.
        await page.getByRole('link', { name: 'Letters', exact: true }).click();
        await expect(page.locator('main').getByText(SIGN_IN).first()).toBeVisible(SOON);
        await open(page, 'Account');
        const name = page.getByRole('textbox', { name: 'Name', exact: true });
        await name.fill('Ada King');
        await page.getByRole('button', { name: 'Save name' }).click();
        await expect(page.locator('main').getByText(SIGN_IN)).toBeVisible(SOON);
        await expect(name).toHaveValue('Ada King');
        await expect(page.locator('.who')).toContainText(ada.name);
        await page.screenshot({ path: info.outputPath('form.png') });

        way.instead = () => undefined;
        await page.getByRole('button', { name: 'Save name' }).click();
        await expect(page.getByText('Your name is changed.')).toBeVisible();
        await expect(status(page)).toHaveText('1 file uploaded', { timeout: 40_000 });
        await open(page, 'Files');
        await expect(file(page, 'meanwhile.txt')).toBeVisible();
    });
}

test('a folder that could not be asked for comes by itself, with all that belongs to it', async ({ page, way }) => {
    await signUp(page, someone());
    await makeFolder(page, 'Letters');
    await open(page, 'Files');
    way.instead = asked => (isCall(asked) ? pageOf(502, 'Bad Gateway') : undefined);
    await page.getByRole('link', { name: 'Letters', exact: true }).click();
    await expect(page.locator('main').getByText(/does not reach it\..*\(status 502\)/)).toBeVisible(SOON);
    way.instead = () => undefined;
    await expect(heading(page, 'Letters')).toBeVisible();
    await expect(nothingHere(page)).toBeVisible();
});

test('a list stays while something else answers, says so, and is asked for again by itself', async ({ page, way }) => {
    await signUp(page, someone());
    await choose(page, true, text('first.txt'));
    await expect(file(page, 'first.txt')).toBeVisible();
    const pick = page.getByRole('checkbox', { name: 'Select first.txt' });
    await pick.check();
    way.instead = ({ url }) => (url === '/api/files' ? pageOf(200, 'Welcome to this network') : undefined);
    await choose(page, true, text('second.txt'));
    await expect(page.locator('main').getByText(SIGN_IN)).toBeVisible(SOON);
    await expect(pick).toBeChecked();
    way.instead = () => undefined;
    await expect(file(page, 'second.txt')).toBeVisible({ timeout: 40_000 });
    await expect(page.locator('main').getByText(SIGN_IN)).toHaveCount(0);
    await expect(pick).toBeChecked();
});

test('a refusal of a proxy is no refusal of the site', async ({ page, way }) => {
    await signUp(page, someone());
    await page.getByRole('link', { name: 'New folder', exact: true }).click();
    const name = page.getByRole('textbox', { name: 'Folder name' });
    await name.fill('Letters');
    for (const [code, sentence] of [
        // JSON is no mark either.
        [401, /A proxy on the way to this site wants to know who you are\./],
        [403, /Something on the way to this site, such as a proxy, refuses this\..*\(status 403\)/],
        [422, /Something on the way to this site, such as a proxy, did not let this through\..*\(status 422\)/],
    ] as const) {
        way.instead = asked => (isCall(asked) ? { status: code, headers: { 'content-type': 'application/json' }, body: '"NotSignedIn"' } : undefined);
        await page.getByRole('button', { name: 'Create folder' }).click();
        await expect(page.locator('main').getByText(sentence)).toBeVisible(SOON);
        await expect(name).toHaveValue('Letters');
    }
    way.instead = () => undefined;
    await page.getByRole('button', { name: 'Create folder' }).click();
    await expect(heading(page, 'Letters')).toBeVisible();
});

test('a file that a proxy refuses is said within seconds, and not sent on and on', async ({ page, way }) => {
    await signUp(page, someone());
    way.instead = ({ method }) => (method === 'PUT' ? pageOf(403, 'Forbidden') : undefined);
    await choose(page, true, text('a.txt'));
    await expect(row(page, 'a.txt').getByRole('alert')).toHaveText(/such as a proxy, refuses this.*\(status 403\)/, { timeout: 20_000 });
    expect(way.seen.filter(line => line.startsWith('PUT ')).length).toBeLessThanOrEqual(3);
    way.instead = () => undefined;
    await tray(page).getByRole('button', { name: 'Try again: a.txt' }).click();
    await expect(file(page, 'a.txt')).toBeVisible();
});
