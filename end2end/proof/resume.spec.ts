// Interrupts a large upload by closing the tab, and resumes it in a new tab and in another browser profile: only the
// missing parts may be sent. Bytes are counted where they arrive, in front of the bucket or of Holdall.

import type { BrowserContext } from '@playwright/test';

import { choose, fillSignIn, heading, signUp, someone } from '../tests/holdall';
import { chooseAgain, onDisk, unfinished, type Kept } from '../tests/tray';

import { countingProxy } from './counting-proxy';
import { line, sum, title } from './figures';
import { expect, MIB, PART, SHORT, test, uploaded } from './proof';
import { STORES } from './stores';
import { Visitor } from './visitor';

type Counts = Awaited<ReturnType<typeof countingProxy>>;

const SIZE = (SHORT ? 96 : 1024) * MIB;
/** The fraction of the file that has arrived when the tab is closed. */
const BROKEN_OFF = 0.4;

const sizeOf = (part: number) => Math.min(PART, SIZE - (part - 1) * PART);

/** Chooses the file, and closes the tab when that fraction has arrived. */
async function breakOff(profile: BrowserContext, source: Kept, counts: Counts) {
    const page = await profile.newPage();
    await page.goto('/files');
    counts.sent.length = 0;
    await choose(page, true, source.path);
    await counts.reaches(BROKEN_OFF * source.size);
    await page.close();
    await counts.quiet();
}

/** Picks the file again in the list of incomplete uploads; returns the text of its row. */
async function goOn(profile: BrowserContext, source: Kept): Promise<string> {
    const page = await profile.newPage();
    await page.goto('/files');
    const row = unfinished(page).getByRole('listitem').filter({ hasText: source.name });
    const said = (await row.locator('.words').textContent())!;
    await chooseAgain(page, source.name, source.path);
    await uploaded(page, '1 file uploaded');
    await page.close();
    return said;
}

for (const store of STORES) {
    test(`only what is missing is sent: ${store.name}`, async ({ browser, newSite }, info) => {
        const [source, site] = [onDisk(info, 'source.bin', SIZE), await newSite()];
            const front = await countingProxy(site.address);
        const back = store.bucket && (await countingProxy(store.settings.AWS_ENDPOINT_URL_S3));
        await store.bucket?.letBrowsersIn();
        const counts = back ?? front;
        // Holdall and the browser reach the bucket at the same address, so that every byte is counted.
        const counted = back && { AWS_ENDPOINT_URL_S3: back.address, HOLDALL_S3_PUBLIC_ENDPOINT: back.address, HOLDALL_PRIVATE_DELIVERY: 'stream' };
        await site.start({ HOLDALL_LOG: 'warn', HOLDALL_URL: front.address, ...store.settings, ...counted });

        const ada = someone();
        const [profile, other] = [await browser.newContext({ baseURL: front.address }), await browser.newContext({ baseURL: front.address })];
        await signUp(await profile.newPage(), ada);
        const page = await other.newPage();
        await page.goto('/sign-in');
        await fillSignIn(page, ada);
        await expect(heading(page, 'Files')).toBeVisible();
        const visitor = await Visitor.of(site.address, profile);

        for (const [what, second] of [['a new tab', profile], ['another profile of the same account', other]] as const) {
            await breakOff(profile, source, counts);
            const landed = new Set(counts.taken());
            const before = { taken: sum([...landed].map(sizeOf)), came: counts.came(), requests: counts.sent.length };
            const said = await goOn(second, source);
            const after = counts.sent.slice(before.requests);
            const [sent, missing] = [sum(after.map(({ came }) => came)), SIZE - before.taken];
            expect.soft(landed.size, `${what}: something had arrived when the tab was closed`).toBeGreaterThan(0);
            expect.soft(missing, `${what}: something was missing when the tab was closed`).toBeGreaterThan(0);
            const again = after.map(({ number }) => number).filter(number => landed.has(number));
            expect.soft(again, `${what}: no part is sent that the store has`).toEqual([]);
            expect.soft(sent, `${what}: as many bytes are sent as were missing`).toBe(missing);
            const taken = counts.taken().sort((one, other) => one - other);
            const all = Array.from({ length: Math.ceil(SIZE / PART) }, (_, at) => at + 1);
            expect.soft(taken, `${what}: each part is taken once`).toEqual(all);
            const [file] = await visitor.files();
            const digest = await visitor.download(file.id);
            expect.soft([file.name, digest], `${what}: what was sent comes back`).toEqual([source.name, source.sha256]);
            await visitor.remove(file.id);

            title(`${store.name}, ${what}: a file of ${SIZE} bytes, counted at ${back ? 'the store' : 'Holdall'}`);
            const share = ((before.taken / SIZE) * 100).toFixed(1);
            line('whole parts that had arrived when it broke off', `${before.taken}`, `${share} % in ${landed.size} parts; the page said: ${said}`);
            line('of parts that were cut off on their way', `${before.came - before.taken}`, 'these do not count as arrived, and are sent again whole');
            line('sent after the file was picked again', `${sent}`, `${after.length} parts; ${missing} bytes were missing`);
            line('taken in all', `${before.taken + sent}`, before.taken + sent === SIZE ? 'exactly the file' : `the file has ${SIZE}`);
            line('the download', digest === source.sha256 ? 'the same' : 'ANOTHER', `SHA-256 ${digest}`);
        }
        await profile.close();
        await other.close();
        front.close();
        back?.close();
    });
}
