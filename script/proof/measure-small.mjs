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
        const calls = new Map();
        page.on('request', request => {
            const { pathname } = new URL(request.url());
            const kind = request.method() === 'PUT' ? 'parts' : pathname.replace(/^\/api\//, '');
            calls.set(kind, (calls.get(kind) ?? 0) + 1);
        });
        const used = seconds(server.child.pid);
        const { first, last, whole, abreast } = await timed(page, paths, `${count} files uploaded`);
        const usedSending = seconds(server.child.pid) - used;
        const begun = performance.now();
        const told = [...calls].sort(([, one], [, other]) => other - one).map(([kind, times]) => `${kind} ${times}`).join(', ');
        const uploads = [...calls].filter(([kind]) => kind.startsWith('uploads/')).reduce((sum, [, times]) => sum + times, 0);
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
        line('calls of /api/uploads', `${uploads}`, `${[...calls.values()].reduce((sum, times) => sum + times, 0)} requests of the page in all, without preflights: ${told}`);
        line('all verified', `${checked.toFixed(1)} s`, 'after that');
    } finally {
        await browser.close();
        server.child.kill('SIGTERM');
        await server.ended;
        rmSync(folder, { recursive: true });
    }
}
