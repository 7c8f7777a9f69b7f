// Many uploads at once, and the most memory that the server has while it takes them and reads them once more.

import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { sha256 } from './content.mjs';
import { load, memory, peak, seconds } from './process.mjs';
import { ready, run, site } from './server.mjs';
import { Visitor } from './visitor.mjs';

const MIB = 1 << 20;
const PEOPLE = 50;
/** Parts that a page sends side by side. */
const ABREAST = 4;
/** How often a part is sent that the server cannot take. */
const TRIES = 5;
/** The most memory that the server may have, in MiB. */
const MOST = 300;
/** How far one file's content begins after the one before in the same memory: no block of a store is like another's. */
const SHIFT = 4099;

/** Puts a part, and gives the answer's status; all of it is on its way from the start, as far as the connection takes it. */
function put({ url, headers }, cookie, bytes, under) {
    const to = new URL(url, site);
    const own = to.origin === site ? { cookie } : {};
    return new Promise((resolve, reject) => {
        under.now += 1;
        under.most = Math.max(under.most, under.now);
        const asked = request(to, { method: 'PUT', agent: false, headers: { ...Object.fromEntries(headers), ...own, 'content-length': bytes.length } });
        asked.on('error', reject).on('response', answer => {
            under.now -= 1;
            answer.resume().on('end', () => resolve(answer.statusCode));
        });
        asked.end(bytes);
    });
}

/** Somebody with a file, signed for and ready to be sent. */
async function prepare(visitor, number, bytes) {
    const upload = await visitor.create(`file ${number}.bin`, bytes.length);
    const parts = [];
    for (let at = 0; at < bytes.length; at += upload.part_size) parts.push({ number: parts.length + 1, bytes: bytes.subarray(at, at + upload.part_size) });
    const asked = parts.map(({ number, bytes }) => ({ upload: upload.id, number, sha256: sha256(bytes) }));
    const signed = await visitor.call('uploads/sign', { parts: asked });
    signed.forEach((answer, at) => (parts[at].to = answer.Ok));
    return { visitor, upload, whole: sha256(bytes), parts };
}

/** Sends all parts, some side by side, and has a file made of them. What the server cannot take now is sent again, as the protocol says. */
async function send({ visitor, upload, parts }, under) {
    const left = parts.slice();
    const worker = async () => {
        for (let next = left.shift(); next; next = left.shift()) {
            let status = await put(next.to, visitor.cookie, next.bytes, under);
            for (let tries = 1; [429, 503].includes(status) && tries < TRIES; tries++) {
                under.again += 1;
                await pause(1000);
                status = await put(await visitor.sign(upload.id, next.number, next.bytes), visitor.cookie, next.bytes, under);
            }
            if (status >= 300) throw new Error(`a part was answered with ${status}`);
        }
    };
    await Promise.all(Array.from({ length: ABREAST }, worker));
    const completed = await visitor.complete(upload.id);
    if (!completed.File) throw new Error(`completing: ${JSON.stringify(completed)}`);
}

/** Waits until the server has read the file once more; gives the SHA-256 that it found. */
async function verified(visitor) {
    for (;;) {
        const [{ check }] = await visitor.files();
        if (check.Verified) return check.Verified.sha256;
        if (check !== 'Waiting') return JSON.stringify(check);
        await pause(200);
    }
}

export async function measure({ name, short, check, line }) {
    const size = (short ? 32 : 100) * MIB;
    let server = run(['serve']);
    await ready(server);
    const visitors = Array.from({ length: PEOPLE }, () => new Visitor());
    for (const [number, visitor] of visitors.entries()) await visitor.signUp(`visitor${number}`);
    // Checking passwords takes memory of its own: a fresh process has a peak of uploads alone.
    server.child.kill('SIGTERM');
    await server.ended;
    server = run(['serve']);
    await ready(server);
    const { pid } = server.child;
    const idle = peak(pid);
    const content = randomBytes(size + PEOPLE * SHIFT);
    const files = [];
    for (const [number, visitor] of visitors.entries()) files.push(await prepare(visitor, number, content.subarray(number * SHIFT, number * SHIFT + size)));
    const [under, begun, used] = [{ now: 0, most: 0, again: 0 }, performance.now(), seconds(pid)];
    await Promise.all(files.map(file => send(file, under))).catch(async error => {
        server.child.kill('SIGTERM');
        throw new Error(`${error.message}; the server said: ${(await server.ended).said}`);
    });
    const [took, sending, usedSending] = [(performance.now() - begun) / 1000, peak(pid), seconds(pid) - used];
    const sums = await Promise.all(visitors.map(verified));
    const [checked, whole] = [(performance.now() - begun) / 1000, peak(pid)];
    check(under.most === PEOPLE * ABREAST, `only ${under.most} parts were under way at once`);
    for (const [at, { whole }] of files.entries()) check(sums[at] === whole, `file ${at}: the server has ${sums[at]}, ${whole} was sent`);
    check(whole < MOST, `the server had ${whole.toFixed(1)} MiB at its most, ${MOST} are allowed`);
    console.log(`\n${name}: ${PEOPLE} people, each with a file of ${size / MIB} MiB and ${ABREAST} parts at a time, all at once (load ${load()})`);
    line('peak memory of the server, idle', `${idle.toFixed(1)} MiB`);
    line('… once all had been sent', `${sending.toFixed(1)} MiB`, `${under.most} parts under way at once; ${((PEOPLE * size) / 1e6 / took).toFixed(0)} MB/s, ${usedSending.toFixed(1)} s of processor; ${under.again} parts were sent again`);
    line('… once all were verified', `${whole.toFixed(1)} MiB`, `after ${checked.toFixed(0)} s; ${MOST} are allowed; then it has ${memory(pid).toFixed(1)}`);
    server.child.kill('SIGTERM');
    await server.ended;
}
