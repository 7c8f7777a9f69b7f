// Uploads many small files at once: how long they take, and how many calls. Fails if a file is missing or differs from
// what was sent.

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { Page } from '@playwright/test';

import { signUp, someone } from '../tests/holdall';
import { sha256 } from '../tests/samples';

import type { Bucket } from './bucket';
import { line, median, sum, title } from './figures';
import { abreast, expect, SHORT, test } from './proof';
import { seconds } from './processes';
import { STORES } from './stores';
import { timed } from './timings';
import { Visitor, type FileRow } from './visitor';

const COUNT = SHORT ? 200 : 1000;
const SIZE = 4096;
const ABREAST = 4;

/** The baseline: the seconds in which the store itself takes all files, without Holdall and without a browser. */
async function bare(contents: Buffer[], folder: string, bucket?: Bucket): Promise<number> {
    const begun = performance.now();
    if (bucket) {
        await abreast(ABREAST, [...contents.entries()], async ([at, bytes]) => {
            await bucket.ask('PUT', `bare/${at}`, {}, new Uint8Array(bytes));
        });
    } else {
        mkdirSync(folder);
        const whole = openSync(folder, 'r');
        for (const [at, bytes] of contents.entries()) {
            const file = openSync(join(folder, `${at}`), 'wx');
            writeSync(file, bytes);
            fsyncSync(file);
            closeSync(file);
            fsyncSync(whole);
        }
        closeSync(whole);
    }
    return (performance.now() - begun) / 1000;
}

interface Calls {
    kind: string;
    times: number;
    /** The median duration of a call, in milliseconds. */
    middle: number;
}

/** The calls of the page since its upload started. */
async function calls(page: Page): Promise<Calls[]> {
    const asked = await page.evaluate(() => (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).map(({ name, initiatorType, duration }) => ({
        kind: initiatorType === 'xmlhttprequest' ? 'parts' : new URL(name).pathname.replace(/^\/api\//, ''), duration,
    })));
    const kinds = new Map<string, number[]>();
    for (const { kind, duration } of asked) kinds.set(kind, [...(kinds.get(kind) ?? []), duration]);
    const found = [...kinds].map(([kind, durations]) => ({ kind, times: durations.length, middle: Math.round(median(durations)) }));
    return found.sort((one, other) => other.times - one.times);
}

const times = (calls: Calls[]) => sum(calls.map(({ times }) => times));

/** Waits until the server has verified every file. */
async function checked(visitor: Visitor): Promise<FileRow[]> {
    for (;;) {
        const files = await visitor.files();
        if (!files.some(({ check }) => check === 'Waiting')) return files;
        await pause(200);
    }
}

for (const store of STORES) {
    test(`many small files: ${store.name}`, async ({ browser, newSite }, info) => {
        const contents = Array.from({ length: COUNT }, () => randomBytes(SIZE));
        const folder = info.outputPath('small');
        mkdirSync(folder, { recursive: true });
        const paths = contents.map((_, at) => join(folder, `file ${at}.bin`));
        for (const [at, path] of paths.entries()) writeFileSync(path, contents[at]);
        await store.bucket?.letBrowsersIn();
        const site = await newSite();
        await site.start({ HOLDALL_LOG: 'warn', ...store.settings });
        const profile = await browser.newContext({ baseURL: site.address });
        const page = await profile.newPage();
        await signUp(page, someone());

        const plain = await bare(contents, info.outputPath('bare'), store.bucket);
        const used = seconds(site.pid);
        const { first, last, whole, abreast } = await timed(page, paths, `${COUNT} files uploaded`);
        const [begun, usedSending, asked] = [performance.now(), seconds(site.pid) - used, await calls(page)];
        const visitor = await Visitor.of(site.address, profile);
        const files = await checked(visitor);
        const verifying = (performance.now() - begun) / 1000;
        const found = new Map<string, string | undefined>();
        for (const file of files) found.set(file.name, await visitor.verified(file));
        const wrong = contents.flatMap((bytes, at) => (found.get(`file ${at}.bin`) === sha256(bytes) ? [] : `file ${at}.bin`));
        expect.soft(files.length, 'as many files are listed as were sent').toBe(COUNT);
        expect.soft(wrong, 'files that are missing or not as they were sent').toEqual([]);

        title(`${store.name}: ${COUNT} files of ${SIZE} bytes, chosen at once`);
        line('uploaded', `${whole.toFixed(1)} s`, `${(COUNT / whole).toFixed(0)} files/s; ${usedSending.toFixed(1)} s of the server's processor`);
        line('… of that', `${first.toFixed(2)} to ${last.toFixed(2)} s`, `is from the first part to the last, ${abreast.toFixed(1)} of them under way on average`);
        const alone = store.bucket ? `put from node, ${ABREAST} at a time` : 'written one by one, file and folder synced';
        line('the store alone', `${plain.toFixed(1)} s`, `${(COUNT / plain).toFixed(0)} files/s; ${alone}`);
        line('calls of /api/uploads', `${times(asked.filter(({ kind }) => kind.startsWith('uploads/')))}`, `${times(asked)} requests of the page in all, besides preflights`);
        line('… and how long one takes, median', '', asked.map(({ kind, times, middle }) => `${kind} ${times} (${middle} ms)`).join(', '));
        line('all verified', `${verifying.toFixed(1)} s`, 'after that');
        await profile.close();
    });
}
