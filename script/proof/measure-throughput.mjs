// One large file from one browser: to the bare store, straight to the same store with Holdall, through Holdall, and to the
// local folder, in turn, as fast as it goes; and over a slower network, where it is not the processors that everything waits
// for. MEASURED_DIRECT, MEASURED_APP and MEASURED_FOLDER are each the address and the process of a
// Holdall that runs, MEASURED_STORE is the store's process; the bucket of the settings is the bare one.

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bareStore } from './bare-store.mjs';
import { launch, signUp, timed, upstream } from './browser.mjs';
import { randomFile } from './content.mjs';
import { load, seconds, secondsBelow } from './process.mjs';

const MIB = 1 << 20;
const ROUNDS = 3;
const WAYS = { DIRECT: 'straight to the store', APP: 'through Holdall to the store', FOLDER: 'through Holdall to the folder' };

/** The slower network: bytes a second, 400 Mbit/s. */
const NETWORK = 50e6;

const store = +process.env.MEASURED_STORE;
const middle = list => list.slice().sort((one, other) => one - other)[Math.floor(list.length / 2)];

/** One Holdall, with somebody who is signed in. */
async function open(browser, way) {
    const [address, pid] = process.env[`MEASURED_${way}`].split(' ');
    const context = await browser.newContext({ baseURL: address });
    const page = await context.newPage();
    await signUp(page);
    return { page, pid, context };
}

/** Uploads the file, waits until it is verified, and removes it; gives times, and seconds of processor. */
async function upload({ page, pid, context }, source, known) {
    await page.goto('/files');
    const before = { server: seconds(pid), store: seconds(store), browser: secondsBelow(process.pid) };
    const times = await timed(page, source, '1 file uploaded');
    const whole = performance.now();
    const used = { server: seconds(pid) - before.server, store: seconds(store) - before.store, browser: secondsBelow(process.pid) - before.browser };
    for (;;) {
        const answer = await context.request.post('/api/files', { data: { place: 'Top' } });
        const [{ File: file }] = (await answer.json()).rows;
        if (file.check === 'Waiting') {
            await pause(50);
            continue;
        }
        if (file.check.Verified?.sha256 !== known) throw new Error(`the server has ${JSON.stringify(file.check)}, ${known} was sent`);
        const checked = (performance.now() - whole) / 1000;
        const gone = await context.request.post(`/files/${file.id}/delete`, { headers: { accept: 'application/json' } });
        if (!gone.ok()) throw new Error(`deleting: ${gone.status()}`);
        return { ...times, used, checked };
    }
}

/** What the disk takes. */
function copy(source) {
    const [begun, to] = [performance.now(), `${source}.copy`];
    execFileSync('dd', [`if=${source}`, `of=${to}`, 'bs=1M', 'conv=fsync', 'status=none']);
    const whole = (performance.now() - begun) / 1000;
    rmSync(to);
    return { whole };
}

/** What something takes of the store's processor and the browser's. */
async function using(work) {
    const before = { store: seconds(store), browser: secondsBelow(process.pid) };
    const times = await work();
    return { ...times, used: { store: seconds(store) - before.store, browser: secondsBelow(process.pid) - before.browser } };
}

/** The same over the slower network. */
async function slowly(page, work) {
    await upstream(page, NETWORK);
    try {
        return await work();
    } finally {
        await upstream(page, 0);
    }
}

export async function measure({ short, line }) {
    const size = (short ? 128 : 1024) * MIB;
    const source = join(process.env.HOME, 'source.bin');
    const known = randomFile(source, size);
    const browser = await launch();
    const bare = await bareStore(browser);
    const found = {};
    try {
        const sites = {};
        for (const way of Object.keys(WAYS)) sites[way] = await open(browser, way);
        const deeds = {
            BARE: () => using(() => bare.toStore(source, size)),
            ...Object.fromEntries(Object.entries(sites).map(([way, site]) => [way, () => upload(site, source, known)])),
            NOWHERE: () => bare.toNowhere(source, size),
            HASH: () => bare.hash(),
            COPY: () => copy(source),
            SLOW_BARE: () => slowly(bare.page, () => bare.toStore(source, size)),
            SLOW_DIRECT: () => slowly(sites.DIRECT.page, () => upload(sites.DIRECT, source, known)),
            SLOW_APP: () => slowly(sites.APP.page, () => upload(sites.APP, source, known)),
        };
        for (let round = 0; round < ROUNDS; round++) {
            for (const [name, deed] of Object.entries(deeds)) {
                // What others left to be written is not this one's to wait for.
                execFileSync('sync');
                (found[name] ??= []).push(await deed());
            }
        }
    } finally {
        await browser.close();
        bare.close();
        rmSync(source);
    }
    report(found, size, line);
}

function report(found, size, line) {
    const rate = time => size / 1e6 / time;
    const rates = way => found[way].map(({ whole }) => rate(whole));
    const told = (what, way, to, called) => {
        const ratio = to ? `× ${(middle(rates(way)) / middle(rates(to))).toFixed(2)} of ${called}; ` : '';
        line(what, `${middle(rates(way)).toFixed(0)} MB/s`, `${ratio}${Math.min(...rates(way)).toFixed(0)} to ${Math.max(...rates(way)).toFixed(0)}`);
    };
    console.log(`\na file of ${size} bytes from one browser, ${ROUNDS} rounds in turn, medians (load ${load()})`);
    told('the same bytes to the bare store, not hashed', 'BARE');
    told(WAYS.DIRECT, 'DIRECT', 'BARE', 'the bare store');
    told(WAYS.APP, 'APP', 'BARE', 'the bare store');
    told('the same bytes to a server that drops them', 'NOWHERE');
    told('dd to the disk, synced', 'COPY');
    told(WAYS.FOLDER, 'FOLDER', 'NOWHERE', 'what is dropped');
    told('  beside dd', 'FOLDER', 'COPY', 'dd');
    told('hashing alone in that browser, four parts at a time', 'HASH');
    told(`at ${(NETWORK * 8) / 1e6} Mbit/s: the bare store, not hashed`, 'SLOW_BARE');
    told(`  ${WAYS.DIRECT}`, 'SLOW_DIRECT', 'SLOW_BARE', 'that');
    told(`  ${WAYS.APP}`, 'SLOW_APP', 'SLOW_BARE', 'that');
    for (const [way, what] of Object.entries(WAYS)) {
        const checked = middle(found[way].map(({ checked }) => checked));
        line(`read once more: ${what}`, `${rate(checked).toFixed(0)} MB/s`, `verified ${checked.toFixed(1)} s after it was uploaded`);
    }
    for (const [way, what] of Object.entries({ BARE: 'bare store', ...WAYS })) {
        const of = key => middle(found[way].map(one => one[key])).toFixed(2);
        const used = key => middle(found[way].map(one => one.used[key] ?? 0)).toFixed(1);
        line(`parts, ${what}`, `${of('first')} to ${of('last')} s`, `of ${of('whole')} s, ${of('abreast')} under way on average`);
        line('  processor seconds until uploaded', `server ${used('server')}`, `store ${used('store')}, browser ${used('browser')}`);
    }
}
