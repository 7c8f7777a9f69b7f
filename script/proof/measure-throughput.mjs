// One large file from one browser: to the bare store, straight to the same store with Holdall, through Holdall, and to the
// local folder, in turn. MEASURED_DIRECT, MEASURED_APP and MEASURED_FOLDER are each the address and the process of a
// Holdall that runs, MEASURED_STORE is the store's process; the bucket of the settings is the bare one.

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bareStore } from './bare-store.mjs';
import { launch, signUp, timed } from './browser.mjs';
import { randomFile } from './content.mjs';
import { load, seconds, secondsBelow } from './process.mjs';

const MIB = 1 << 20;
const ROUNDS = 3;
const WAYS = { DIRECT: 'straight to the store', APP: 'through Holdall to the store', FOLDER: 'through Holdall to the folder' };

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

export async function measure({ short, line }) {
    const size = (short ? 128 : 1024) * MIB;
    const source = join(process.env.HOME, 'source.bin');
    const known = randomFile(source, size);
    const found = { BARE: [], DIRECT: [], APP: [], FOLDER: [], COPY: [], HASH: [] };
    const browser = await launch();
    const bare = await bareStore(browser);
    try {
        const sites = {};
        for (const way of Object.keys(WAYS)) sites[way] = await open(browser, way);
        for (let round = 0; round < ROUNDS; round++) {
            for (const way of Object.keys(found)) {
                // What others left to be written is not this one's to wait for.
                execFileSync('sync');
                if (way === 'BARE') {
                    const before = { store: seconds(store), browser: secondsBelow(process.pid) };
                    const times = await bare.send(source, size);
                    found.BARE.push({ ...times, used: { store: seconds(store) - before.store, browser: secondsBelow(process.pid) - before.browser } });
                } else if (way === 'HASH') found.HASH.push(await bare.hash());
                else if (way === 'COPY') found.COPY.push(copy(source));
                else found[way].push(await upload(sites[way], source, known));
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
    const told = (what, way, to) => {
        const [low, , high] = [Math.min(...rates(way)), 0, Math.max(...rates(way))];
        const ratio = to && `× ${(middle(rates(way)) / middle(rates(to))).toFixed(2)} of ${to === 'BARE' ? 'the bare store' : 'dd'}; `;
        line(what, `${middle(rates(way)).toFixed(0)} MB/s`, `${ratio ?? ''}${low.toFixed(0)} to ${high.toFixed(0)}`);
    };
    console.log(`\na file of ${size} bytes from one browser, ${ROUNDS} rounds in turn, medians (load ${load()})`);
    told('the same bytes to the bare store, not hashed', 'BARE');
    told(WAYS.DIRECT, 'DIRECT', 'BARE');
    told(WAYS.APP, 'APP', 'BARE');
    told('dd to the disk, synced', 'COPY');
    told(WAYS.FOLDER, 'FOLDER', 'COPY');
    told('hashing alone in that browser, four parts at a time', 'HASH');
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
