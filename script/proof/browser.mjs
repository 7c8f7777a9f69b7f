// Somebody in a real browser: signing up and in, choosing files, and what the page's own clock says of an upload.

import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../end2end/package.json', import.meta.url))('@playwright/test');

const [EMAIL, PASSWORD] = ['ada@example.org', 'correct horse battery'];

/** Starts the browser; HOLDALL_CHROMIUM names it, empty is Playwright's own. */
export const launch = () => chromium.launch({ executablePath: process.env.HOLDALL_CHROMIUM || undefined });

async function fill(page) {
    await page.getByLabel('Email', { exact: true }).fill(EMAIL);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
}

/** Makes the account, and is signed in. */
export async function signUp(page) {
    await page.goto('/sign-up');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ada');
    await fill(page);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'Files', exact: true }).waitFor();
}

/** Signs in to the account that was made. */
export async function signIn(page) {
    await page.goto('/sign-in');
    await fill(page);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Files', exact: true }).waitFor();
}

// Two sessions of one page would each have a network of their own.
const sessions = new WeakMap();

/** Lets the page send this many bytes a second; 0 is no limit. */
export async function upstream(page, bytes) {
    const session = sessions.get(page) ?? (await page.context().newCDPSession(page));
    sessions.set(page, session);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes || -1 });
}

/** The cookies of a profile, as a header. */
export const cookie = async context => (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');

export const status = page => page.getByRole('region', { name: 'Uploads', exact: true }).getByRole('status');

/** Waits until nothing is under way; fails where that is not what was hoped for. */
export async function uploaded(page, words, minutes) {
    await status(page).filter({ hasText: /^\d+ files? (not )?uploaded$/ }).waitFor({ timeout: minutes * 60_000 });
    const said = await status(page).textContent();
    if (said !== words) throw new Error(`the page says “${said}”, not “${words}”`);
}

/**
 * Uploads files, and gives what the page's clock said, in seconds since they were chosen: when the first part began
 * (`first`), when the last one ended (`last`), when the page called it uploaded (`whole`), and how many parts were under way
 * on average between `first` and `last` (`abreast`). Everything but `whole` is missing where the browser noted no parts.
 */
export async function timed(page, paths, words, minutes = 10) {
    await page.evaluate(words => {
        performance.clearResourceTimings();
        performance.setResourceTimingBufferSize(100_000);
        window.timed = {};
        document.addEventListener('change', () => (window.timed.chosen = performance.now()), { once: true, capture: true });
        const observer = new MutationObserver(() => {
            if (document.querySelector('[aria-label="Uploads"] [role=status]')?.textContent !== words) return;
            window.timed.whole = performance.now();
            observer.disconnect();
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    }, words);
    await page.getByLabel('Choose files').setInputFiles(paths);
    await uploaded(page, words, minutes);
    return page.evaluate(() => {
        const { chosen, whole } = window.timed;
        const puts = performance.getEntriesByType('resource').filter(({ initiatorType }) => initiatorType === 'xmlhttprequest');
        const since = time => (time - chosen) / 1000;
        const first = Math.min(...puts.map(({ startTime }) => startTime)), last = Math.max(...puts.map(({ responseEnd }) => responseEnd));
        const abreast = puts.reduce((sum, { duration }) => sum + duration, 0) / (last - first);
        return { first: since(first), last: since(last), whole: since(whole), abreast };
    });
}
