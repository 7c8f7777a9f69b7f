// Uploads from a real browser through a proxy that randomly drops, stalls and cuts requests and answers with errors.
// Every file that the page reports as uploaded must equal the chosen one, every other must have an error message, and
// no upload may stay unfinished.

import type { Page, TestInfo } from '@playwright/test';

import { choose, signUp, someone } from '../tests/holdall';
import { text } from '../tests/samples';
import { given } from '../tests/site';
import { onDisk, status, tray } from '../tests/tray';

import { badProxy, chances, type BadProxy, type Chance } from './bad-proxy';
import { sum } from './figures';
import { ENDED, expect, MIB, test } from './proof';
import { DIRECT, FOLDER } from './stores';
import { Visitor } from './visitor';

const KIB = 1 << 10;
const ROUNDS = Number(given('HOLDALL_PROOF_ROUNDS'));
const SEED = Number(given('HOLDALL_PROOF_SEED'));
const LARGEST = Number(given('HOLDALL_PROOF_LARGEST_MIB')) * MIB;
/** How many times all failed files are retried in a round. */
const TRIES = 5;

/**
 * The timeout of uploads, in milliseconds: five minutes, plus two seconds for each MiB. An answer that never comes is waited
 * for, a minute or somewhat more, and that of several requests of a file can be lost.
 */
const patience = (bytes: number) => 300_000 + (bytes / MIB) * 2000;

/** The totals of all rounds on one store. */
class Tally {
    files = 0;
    bytes = 0;
    /** The number of files whose download equals the chosen file. */
    right = 0;
    /** The number of retries. */
    again = 0;
    /** The error messages of files that were not uploaded, with their numbers of occurrences. */
    readonly said = new Map<string, number>();
}

/** The file sizes of a round. The first round includes the smallest and the largest size; the others are random. */
function sizes(round: number, chance: Chance): number[] {
    const between = () => Math.floor(KIB * (64 * KIB) ** chance());
    return [...(round === 0 ? [KIB, LARGEST] : []), between(), between(), between()];
}

/** Waits until no upload is in progress; returns the final status. */
async function end(page: Page, bytes: number, round: number): Promise<string> {
    await expect.soft(status(page), `round ${round} comes to an end`).toHaveText(ENDED, { timeout: patience(bytes) });
    return (await status(page).textContent()) ?? '';
}

/** Records the error messages of all failed files; returns their names. */
async function unsent(page: Page, tally: Tally): Promise<string[]> {
    const names: string[] = [];
    for (const row of await tray(page).getByRole('listitem').all()) {
        const [name, sentence] = [(await row.locator('bdi').textContent())!, (await row.getByRole('alert').allTextContents()).join(' ')];
        expect.soft(sentence.length, `${name} is not uploaded, and a sentence says why: “${sentence}”`).toBeGreaterThan(10);
        tally.said.set(sentence, (tally.said.get(sentence) ?? 0) + 1);
        names.push(name);
    }
    return names;
}

async function round(number: number, page: Page, visitor: Visitor, chance: Chance, tally: Tally, info: TestInfo) {
    const files = sizes(number, chance).map((size, at) => onDisk(info, `round ${number} file ${at}.bin`, size));
    const bytes = sum(files.map(({ size }) => size));
    tally.files += files.length;
    tally.bytes += bytes;
    await choose(page, true, files.map(({ path }) => path));
    const failed = new Set<string>();
    let said = await end(page, bytes, number);
    for (let tries = 0; said.includes('not uploaded') && tries < TRIES; tries++) {
        for (const name of await unsent(page, tally)) failed.add(name);
        const again = tray(page).getByRole('button', { name: 'Try all again' });
        if ((await again.count()) === 0) break;
        await again.click();
        tally.again += 1;
        said = await end(page, bytes, number);
    }
    const listed = new Map((await visitor.files()).map(file => [file.name, file.id]));
    for (const { name, size, sha256 } of files) {
        const id = listed.get(name);
        if (!id) {
            expect.soft(said.includes('not uploaded') && failed.has(name), `${name} (${size} bytes) is not there: it was not called uploaded`).toBe(true);
            continue;
        }
        const found = await visitor.download(id).catch(String);
        expect.soft(found, `${name} (${size} bytes) is what was chosen`).toBe(sha256);
        if (found === sha256) tally.right += 1;
    }
    for (const name of listed.keys()) expect.soft(name, 'no file is made twice').not.toMatch(/\(\d+\)/);
    if (ENDED.test(said)) await tray(page).getByRole('button', { name: 'Close' }).click();
}

const met = (proxy: BadProxy) => [...proxy.met].sort().map(([fate, times]) => `${fate} ${times}`).join(', ');

for (const store of [FOLDER, DIRECT]) {
    test(`uploads over a bad network: ${store.name}`, async ({ browser, newSite }, info) => {
        const [chance, tally, site] = [chances(SEED), new Tally(), await newSite()];
        const front = await badProxy(site.address, chance);
        // The browser reaches the bucket through a bad proxy, Holdall reaches it directly.
        const back = store.bucket && (await badProxy(store.settings.AWS_ENDPOINT_URL_S3, chance));
        await store.bucket?.letBrowsersIn();
        const seen = back && { HOLDALL_S3_PUBLIC_ENDPOINT: back.address, HOLDALL_PRIVATE_DELIVERY: 'stream' };
        await site.start({ HOLDALL_LOG: 'warn', HOLDALL_URL: front.address, ...store.settings, ...seen });
        const profile = await browser.newContext({ baseURL: front.address });
        const page = await profile.newPage();
        await signUp(page, someone());
        // The network turns bad only after the page has been hydrated.
        await choose(page, true, text('first.txt'));
        await expect(status(page)).toHaveText('1 file uploaded');
        await tray(page).getByRole('button', { name: 'Close' }).click();
        const visitor = await Visitor.of(site.address, profile);
        front.calm = false;
        if (back) back.calm = false;
        for (let number = 0; number < ROUNDS && info.errors.length === 0; number++) await round(number, page, visitor, chance, tally, info);
        await profile.close();
        front.close();
        back?.close();

        console.log(`${back ? 'bucket, parts sent straight to it' : 'folder'}: seed ${SEED}, ${ROUNDS} rounds, ${tally.files} files of ${tally.bytes} bytes in all`);
        console.log(`requests to Holdall: ${met(front)}; ${front.bytes} bytes sent on`);
        if (back) console.log(`requests to the bucket: ${met(back)}; ${back.bytes} bytes sent on`);
        console.log(`right after download: ${tally.right}; asked to try again: ${tally.again} times`);
        for (const [sentence, times] of tally.said) console.log(`  said ${times} times: ${sentence}`);
        console.log(`failures: ${info.errors.length}`);
    });
}
