// Shared by the browser tests: people, common steps on pages, and a record of the browser's complaints.

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { test as base, expect, type BrowserContext, type Locator, type Page } from '@playwright/test';

import { sha256OfFile, type Sample } from './samples';

export { expect };

/** The server of `end2end/run` under test. */
export type Place = 'local' | 'garage' | 'redirect' | 'policy' | 'acl' | 'cdn';

/** Chromium's message about an error response, which tests may provoke. */
const EXPECTED = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** Chromium's message about preloaded wasm on a page without scripts to use it. */
const UNUSED = /was preloaded using link preload but not used/;

/** The address of the wasm; in a bucket its name has a suffix if it is compressed. */
const WASM = /\/(holdall|later)\.wasm(\.br|\.gz)?$/;

/** Chromium's messages about an aborted fetch, and about the script that awaited the wasm. */
const FETCH = /^Fetch API cannot load (\S+)\. $/;
const START = /^uncaught: TypeError: Failed to fetch\s+at (\w+ \()?\S+\/start\.js(\.br|\.gz)?:\d+/;

/**
 * Whether a complaint is only about wasm whose loading was aborted because the page was left, as the network log
 * confirms.
 */
function cutOffByLeaving(complaint: string, cut: string[]): boolean {
    const address = FETCH.exec(complaint)?.[1];
    if (address) return WASM.test(address) && cut.includes(address);
    return START.test(complaint) && cut.some(other => WASM.test(other));
}

/** Holds the browser half of pages that are opened from now on back until the function that is returned is called. */
export async function holdBrowserHalf(page: Page): Promise<() => void> {
    let pass = () => {};
    const passed = new Promise<void>(done => (pass = done));
    await page.route(WASM, async route => {
        await passed;
        await route.continue();
    });
    return () => pass();
}

interface Heard {
    complaints: string[];
    /** The addresses of requests that the browser itself aborted, as it does when a page is left. */
    cut: string[];
}

interface Fixtures {
    place: Place;
    /** Complaints that this test provokes. */
    allowed: RegExp[];
    /** The browser's complaints: the test fails if any remain at its end. */
    heard: Heard;
    /** A new browser profile: another person, or the same person on another device. */
    newVisitor: () => Promise<Page>;
}

export const test = base.extend<Fixtures>({
    place: ['local', { option: true }],
    allowed: [[], { option: true }],
    heard: [
        async ({ allowed, javaScriptEnabled }, use) => {
            const heard: Heard = { complaints: [], cut: [] };
            await use(heard);
            const expected = [EXPECTED, ...(javaScriptEnabled === false ? [UNUSED] : []), ...allowed];
            const pardoned = (line: string) => expected.some(pattern => pattern.test(line)) || cutOffByLeaving(line, heard.cut);
            expect(heard.complaints.filter(line => !pardoned(line))).toEqual([]);
        },
        { auto: true },
    ],
    context: async ({ context, heard }, use) => {
        watch(context, heard);
        await use(context);
    },
    newVisitor: async ({ browser, heard }, use) => {
        const contexts: BrowserContext[] = [];
        await use(async () => {
            const context = await browser.newContext();
            contexts.push(context);
            watch(context, heard);
            return context.newPage();
        });
        for (const context of contexts) await context.close();
    },
});

/** Violations of the content security policy are reported on the console, too. */
function watch(context: BrowserContext, { complaints, cut }: Heard) {
    context.on('console', message => {
        if (['error', 'warning', 'assert'].includes(message.type())) complaints.push(message.text());
    });
    context.on('weberror', error => complaints.push(`uncaught: ${error.error().stack ?? error.error()}`));
    context.on('requestfailed', request => {
        if (request.failure()?.errorText === 'net::ERR_ABORTED') cut.push(request.url());
    });
}

export interface Person {
    name: string;
    email: string;
    password: string;
}

/** A person whom no other test uses. */
export function someone(name = 'Ada Lovelace'): Person {
    return { name, email: `${randomUUID()}@example.org`, password: `correct horse ${randomUUID()}` };
}

export function heading(page: Page, name: string): Locator {
    return page.getByRole('heading', { level: 1, name, exact: true });
}

export async function fillSignUp(page: Page, person: Person) {
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(person.name);
    await page.getByLabel('Email', { exact: true }).fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
}

export async function signUp(page: Page, person: Person) {
    await page.goto('/sign-up');
    await fillSignUp(page, person);
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(heading(page, 'Files')).toBeVisible();
}

export async function fillSignIn(page: Page, person: Person) {
    await page.getByLabel('Email', { exact: true }).fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export async function signOut(page: Page) {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page).toHaveURL('/');
}

export async function open(page: Page, name: 'Files' | 'Trash' | 'Account') {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }).click();
    await expect(heading(page, name)).toBeVisible();
}

/** Waits until the page of a list is hydrated: then it has the field for folders. */
export const running = (page: Page) => expect(page.getByLabel('Choose a folder')).toBeAttached();

/** Chooses files, and submits the form if scripts are off. */
export async function choose(page: Page, scripts: boolean, files: string | string[] | Sample | Sample[]) {
    await page.getByLabel('Choose files').setInputFiles(files);
    if (!scripts) await page.getByRole('button', { name: 'Upload', exact: true }).click();
}

/** Creates a folder in the open one, and opens it. */
export async function makeFolder(page: Page, name: string) {
    await page.getByRole('link', { name: 'New folder', exact: true }).click();
    await page.getByRole('textbox', { name: 'Folder name' }).fill(name);
    await page.getByRole('button', { name: 'Create folder' }).click();
    await expect(heading(page, name)).toBeVisible();
}

/** On the page that asks where something goes, opens one of the folders. The list that was there before has links of the same name. */
export async function openInPicker(page: Page, folder: string) {
    await expect(page.getByRole('heading', { level: 1, name: /^(Move|Copy)/ })).toBeVisible();
    await page.getByRole('link', { name: folder, exact: true }).click();
}

/** The breadcrumbs. */
export const crumbs = (page: Page) => page.getByRole('navigation', { name: 'Breadcrumb' });

/** Submits the form's request without a page, which is fast for many files. */
export async function uploadByForm(context: BrowserContext, files: Sample[], list = '/files') {
    const form = new FormData();
    for (const { name, mimeType, buffer } of files) form.append('files', new Blob([new Uint8Array(buffer)], { type: mimeType }), name);
    const answer = await context.request.post(list, { multipart: form, maxRedirects: 0 });
    expect(answer.status()).toBe(303);
}

/** The link to a file in the list, by its exact name. */
export function file(page: Page, name: string): Locator {
    return page.getByRole('table').getByRole('link', { name, exact: true });
}

/** The names in the list, in order. */
export function names(page: Page): Locator {
    return page.getByRole('row').getByRole('link').filter({ has: page.locator('bdi') });
}

/** Puts an entry of the open list into the trash: at once where the page runs, else through the page that asks before. */
export async function remove(page: Page, name: string) {
    await page.getByRole('link', { name: `Delete ${name}`, exact: true }).click();
    const button = page.getByRole('button', { name: 'Delete', exact: true });
    await expect(button.or(page.getByText('is in the trash.'))).toBeVisible();
    if (await button.isVisible()) {
        await button.click();
        // Leaving the page that asks before it is answered would take the request back.
        await expect(button).toHaveCount(0);
    }
    await expect(page.getByRole('link', { name: `Delete ${name}`, exact: true })).toHaveCount(0);
}

/** Deletes for ever what is in the trash. */
export async function emptyTrash(page: Page) {
    await page.goto('/trash/empty');
    await page.getByRole('button', { name: /^Delete .* for ever$/ }).click();
    await expect(page).toHaveURL('/trash');
}

export const trashIsEmpty = (page: Page) => expect(page.getByRole('heading', { name: 'Nothing in the trash' })).toBeVisible();

export const nothingHere = (page: Page) => page.getByRole('heading', { name: 'Nothing here yet' });

/** The address of a file of the list: of its content, or of one of its pages. */
export async function addressOf(page: Page, name: string, what: 'content' | 'preview' | 'about' | 'delete' = 'content'): Promise<string> {
    return (await file(page, name).getAttribute('href'))!.replace(/(content|preview)(\?.*)?$/, what);
}

/** Saves a file by the link of its name, or on the page that shows it; returns the name of the saved file and the SHA-256 of its bytes. */
export async function save(page: Page, name: string): Promise<{ name: string; sha256: string }> {
    // The link of one that is still being checked may come to lead to that page.
    const isChecked = await page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) }).locator('[data-check=waiting]').count() === 0;
    const isSaved = isChecked && (await file(page, name).getAttribute('href'))!.endsWith('/content');
    const on = isSaved ? page : await page.context().newPage();
    if (!isSaved) await on.goto(await addressOf(page, name, 'preview'));
    const link = isSaved ? file(page, name) : on.getByRole('link', { name: 'Download' });
    const [download] = await Promise.all([on.waitForEvent('download'), link.click()]);
    const saved = { name: download.suggestedFilename(), sha256: await sha256OfFile(await download.path()) };
    if (!isSaved) await on.close();
    return saved;
}

/** Queries the database of the server under test. */
export function rows(place: Place, sql: string, ...values: string[]): string[][] {
    const program = `
import json, sqlite3, sys
database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=10)
print(json.dumps(database.execute(sys.argv[2], sys.argv[3:]).fetchall()))`;
    const path = join(process.env.HOLDALL_E2E_DATA ?? '', place, 'holdall.db');
    return JSON.parse(execFileSync('python3', ['-c', program, path, sql, ...values], { encoding: 'utf8' })) as string[][];
}

/**
 * The keys of a person's private objects, without those whose object was deleted and whose row only waits for late
 * writes.
 */
export function privateKeys(place: Place, person: Person): string[] {
    const sql = `SELECT blobs.key FROM blobs JOIN accounts ON accounts.id = blobs.account
        LEFT JOIN jobs ON jobs.kind = 'delete_blob' AND jobs.subject = blobs.id
        WHERE accounts.email = ? AND NOT (blobs.state = 'deleting' AND blobs.writable_until IS NOT NULL AND jobs.due = blobs.writable_until)`;
    return rows(place, sql, person.email).map(([key]) => key);
}
