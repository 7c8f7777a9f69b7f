// The throughput of one large file from one browser: to the bare store, with Holdall straight to the same store,
// through Holdall, and to the local folder, in turn, at full speed; then over a slower network, where the processors
// are not the bottleneck. Fails if stored bytes differ from those sent, but at no speed.

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import type { Browser, Page } from '@playwright/test';

import { signUp, someone } from '../tests/holdall';
import { given, type Site } from '../tests/site';
import { onDisk, upstream, type Kept } from '../tests/tray';

import { BareStore } from './bare-store';
import { line, median, title } from './figures';
import { expect, MIB, SHORT, test } from './proof';
import { seconds, secondsOf } from './processes';
import { BARE, DIRECT, FOLDER, THROUGH, type Store } from './stores';
import { timed, type Timings } from './timings';
import { Visitor } from './visitor';

const SIZE = (SHORT ? 128 : 1024) * MIB;
const ROUNDS = 3;
const GARAGE = Number(given('HOLDALL_PROOF_GARAGE_PID'));

/** The speed of the slower network in bytes per second: 400 Mbit/s. */
const NETWORK = 50e6;

/** Processor time in seconds. */
interface Used {
    server: number;
    store: number;
    browser: number;
}

/** An upload to the store; `checked` is the number of seconds until it was verified. */
interface Sent extends Timings {
    used: Used;
    checked?: number;
}

/** A running Holdall with a signed-in visitor. */
interface Open {
    site: Site;
    page: Page;
    visitor: Visitor;
}

const now = async (browser: Browser, site?: Site): Promise<Used> =>
    ({ server: site ? seconds(site.pid) : 0, store: seconds(GARAGE), browser: await secondsOf(browser) });

/** Measures the processor time that some work uses. */
async function using(browser: Browser, site: Site | undefined, work: () => Promise<Timings>): Promise<Sent> {
    const before = await now(browser, site);
    const timings = await work();
    const after = await now(browser, site);
    return { ...timings, used: { server: after.server - before.server, store: after.store - before.store, browser: after.browser - before.browser } };
}

/** Uploads the file, waits until it is verified, and removes it. */
async function upload({ site, page, visitor }: Open, source: Kept): Promise<Sent> {
    await page.goto('/files');
    const sent = await using(page.context().browser()!, site, () => timed(page, source.path, '1 file uploaded'));
    const begun = performance.now();
    for (;;) {
        const [file] = await visitor.files();
        if (file.check === 'Waiting') {
            await pause(50);
            continue;
        }
        expect(await visitor.verified(file), 'what was sent is what the server has').toBe(source.sha256);
        const checked = (performance.now() - begun) / 1000;
        await visitor.remove(file.id);
        return { ...sent, checked };
    }
}

/** The baseline of the disk: the seconds it takes to copy the file. */
function copy({ path }: Kept): number {
    const [begun, to] = [performance.now(), `${path}.copy`];
    execFileSync('dd', [`if=${path}`, `of=${to}`, 'bs=1M', 'conv=fsync', 'status=none']);
    const took = (performance.now() - begun) / 1000;
    rmSync(to);
    return took;
}

/** Does the same over the slower network. */
async function slowly<T>(page: Page, work: () => Promise<T>): Promise<T> {
    await upstream(page, NETWORK);
    try {
        return await work();
    } finally {
        await upstream(page, 0);
    }
}

/** The results of all rounds. */
class Found {
    readonly bare: Sent[] = [];
    readonly direct: Sent[] = [];
    readonly through: Sent[] = [];
    readonly folder: Sent[] = [];
    readonly nowhere: Timings[] = [];
    readonly hash: { whole: number }[] = [];
    readonly copy: { whole: number }[] = [];
    readonly slowBare: Sent[] = [];
    readonly slowDirect: Sent[] = [];
    readonly slowThrough: Sent[] = [];
}

test('one large file from one browser', async ({ browser, newSite }, info) => {
    const source = onDisk(info, 'source.bin', SIZE);
    await BARE.letBrowsersIn();
    async function open({ bucket, settings }: Store): Promise<Open> {
        await bucket?.letBrowsersIn();
        const site = await newSite();
        await site.start({ HOLDALL_LOG: 'warn', ...settings });
        const page = await browser.newPage({ baseURL: site.address });
        await signUp(page, someone());
        return { site, page, visitor: await Visitor.of(site.address, page.context()) };
    }
    const [direct, through, folder] = [await open(DIRECT), await open(THROUGH), await open(FOLDER)];
    const bare = await BareStore.open(browser, BARE);
    const found = new Found();
    const toBare = () => using(browser, undefined, () => bare.toStore(source.path, SIZE));
    const deeds = [
        async () => found.bare.push(await toBare()),
        async () => found.direct.push(await upload(direct, source)),
        async () => found.through.push(await upload(through, source)),
        async () => found.folder.push(await upload(folder, source)),
        async () => found.nowhere.push(await bare.toNowhere(source.path, SIZE)),
        async () => found.hash.push({ whole: await bare.hash() }),
        async () => found.copy.push({ whole: copy(source) }),
        async () => found.slowBare.push(await slowly(bare.page, toBare)),
        async () => found.slowDirect.push(await slowly(direct.page, () => upload(direct, source))),
        async () => found.slowThrough.push(await slowly(through.page, () => upload(through, source))),
    ];
    for (let round = 0; round < ROUNDS; round++) {
        for (const deed of deeds) {
            // Data that earlier measurements left to be written must not slow this one down.
            execFileSync('sync');
            await deed();
        }
    }
    for (const { page } of [direct, through, folder, bare]) await page.close();
    bare.close();
    report(found);
});

const rate = (seconds: number) => SIZE / 1e6 / seconds;
const rates = (way: { whole: number }[]) => way.map(({ whole }) => rate(whole));

/** Prints the throughput of one route, compared with another. */
function told(what: string, way: { whole: number }[], beside?: { whole: number }[], called?: string) {
    const ratio = beside ? `× ${(median(rates(way)) / median(rates(beside))).toFixed(2)} of ${called}; ` : '';
    line(what, `${median(rates(way)).toFixed(0)} MB/s`, `${ratio}${Math.min(...rates(way)).toFixed(0)} to ${Math.max(...rates(way)).toFixed(0)}`);
}

function report(found: Found) {
    const [direct, through, folder] = ['straight to the store', 'through Holdall to the store', 'through Holdall to the folder'];
    title(`a file of ${SIZE} bytes from one browser, ${ROUNDS} rounds in turn, medians`);
    told('the same bytes to the bare store, not hashed', found.bare);
    told(direct, found.direct, found.bare, 'the bare store');
    told(through, found.through, found.bare, 'the bare store');
    told('the same bytes to a server that drops them', found.nowhere);
    told('dd to the disk, synced', found.copy);
    told(folder, found.folder, found.nowhere, 'what is dropped');
    told('  beside dd', found.folder, found.copy, 'dd');
    told('hashing alone in that browser, four parts at a time', found.hash);
    told(`at ${(NETWORK * 8) / 1e6} Mbit/s: the bare store, not hashed`, found.slowBare);
    told(`  ${direct}`, found.slowDirect, found.slowBare, 'that');
    told(`  ${through}`, found.slowThrough, found.slowBare, 'that');
    for (const [what, way] of [[direct, found.direct], [through, found.through], [folder, found.folder]] as const) {
        const checked = median(way.map(({ checked }) => checked!));
        line(`read once more: ${what}`, `${rate(checked).toFixed(0)} MB/s`, `verified ${checked.toFixed(1)} s after it was uploaded`);
    }
    for (const [what, way] of [['bare store', found.bare], [direct, found.direct], [through, found.through], [folder, found.folder]] as const) {
        const of = (key: keyof Timings) => median(way.map(one => one[key])).toFixed(2);
        const used = (key: keyof Used) => median(way.map(one => one.used[key])).toFixed(1);
        line(`parts, ${what}`, `${of('first')} to ${of('last')} s`, `of ${of('whole')} s, ${of('abreast')} under way on average`);
        line('  processor seconds until uploaded', `server ${used('server')}`, `store ${used('store')}, browser ${used('browser')}`);
    }
}
