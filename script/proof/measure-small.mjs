// Many small files chosen at once: how long they take, and how many calls.

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cookie, launch, signUp, timed } from './browser.mjs';
import { sha256 } from './content.mjs';
import { ask } from './presigned.mjs';
import { load, seconds } from './process.mjs';
import { ready, run } from './server.mjs';
import { Visitor } from './visitor.mjs';

const SIZE = 4096;
const ABREAST = 4;

/** What the store itself takes, without Holdall and without a browser: seconds for all of them. */
async function bare(contents) {
    const begun = performance.now();
    if (process.env.HOLDALL_STORAGE === 's3') {
        const left = [...contents.entries()];
        const worker = async () => {
            for (let next = left.pop(); next; next = left.pop()) await ask('PUT', `bare/${next[0]}`, {}, next[1]);
        };
        await Promise.all(Array.from({ length: ABREAST }, worker));
    } else {
        const folder = join(process.env.HOME, 'bare');
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
        rmSync(folder, { recursive: true });
    }
    return (performance.now() - begun) / 1000;
}

const timesOf = calls => calls.reduce((sum, { times }) => sum + times, 0);

/** What the page has asked since its upload began, by kind: how often, and the median of how long it took in milliseconds. */
function requests(page) {
    return page.evaluate(() => {
        const kinds = new Map();
        for (const { name, initiatorType, duration } of performance.getEntriesByType('resource')) {
            const kind = initiatorType === 'xmlhttprequest' ? 'parts' : new URL(name).pathname.replace(/^\/api\//, '');
            kinds.set(kind, [...(kinds.get(kind) ?? []), duration]);
        }
        const middle = list => Math.round(list.sort((one, other) => one - other)[Math.floor(list.length / 2)]);
        return [...kinds].map(([kind, list]) => ({ kind, times: list.length, middle: middle(list) })).sort((one, other) => other.times - one.times);
    });
}

export async function measure({ name, short, check, line }) {
    const count = short ? 200 : 1000;
    const contents = Array.from({ length: count }, () => randomBytes(SIZE));
    const folder = mkdtempSync(join(process.env.HOME, 'small.'));
    const paths = contents.map((bytes, at) => {
        const path = join(folder, `file ${at}.bin`);
        writeFileSync(path, bytes);
        return path;
    });
    const server = run(['serve']);
    await ready(server);
    const browser = await launch();
    try {
        const context = await browser.newContext({ baseURL: `http://${process.env.LEPTOS_SITE_ADDR}` });
        const page = await context.newPage();
        await signUp(page);
        const plain = await bare(contents);
        const used = seconds(server.child.pid);
        const { first, last, whole, abreast } = await timed(page, paths, `${count} files uploaded`);
        const usedSending = seconds(server.child.pid) - used;
        const begun = performance.now();
        const calls = await requests(page);
        const told = calls.map(({ kind, times, middle }) => `${kind} ${times} (${middle} ms)`).join(', ');
        const visitor = new Visitor();
        visitor.cookie = await cookie(context);
        let files = await visitor.files();
        while (files.some(file => file.check === 'Waiting')) {
            await pause(200);
            files = await visitor.files();
        }
        const checked = (performance.now() - begun) / 1000;
        const sums = new Map(files.map(file => [file.name, file.check.Verified?.sha256]));
        const wrong = contents.filter((bytes, at) => sums.get(`file ${at}.bin`) !== sha256(bytes)).length;
        check(files.length === count && wrong === 0, `${name}: ${files.length} files are listed, ${wrong} are missing or not as they were sent`);
        console.log(`\n${name}: ${count} files of ${SIZE} bytes, chosen at once (load ${load()})`);
        line('uploaded', `${whole.toFixed(1)} s`, `${(count / whole).toFixed(0)} files/s; ${usedSending.toFixed(1)} s of the server's processor`);
        line('… of that', `${first.toFixed(2)} to ${last.toFixed(2)} s`, `is from the first part to the last, ${abreast.toFixed(1)} of them under way on average`);
        line('the store alone', `${plain.toFixed(1)} s`, `${(count / plain).toFixed(0)} files/s; ${process.env.HOLDALL_STORAGE === 's3' ? `put from node, ${ABREAST} at a time` : 'written one by one, file and folder synced'}`);
        line('calls of /api/uploads', `${timesOf(calls.filter(({ kind }) => kind.startsWith('uploads/')))}`, `${timesOf(calls)} requests of the page in all, besides preflights`);
        line('… and how long one takes, median', '', told);
        line('all verified', `${checked.toFixed(1)} s`, 'after that');
    } finally {
        await browser.close();
        server.child.kill('SIGTERM');
        await server.ended;
        rmSync(folder, { recursive: true });
    }
}
