// The server's peak memory during many uploads at once and the verification that follows. Fails if the peak exceeds a
// limit, or if stored bytes differ from those sent. It uses no browser: fifty of them would not fit on one machine.

import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import { sha256 } from '../tests/samples';

import { line, title } from './figures';
import { abreast, expect, MIB, SHORT, test } from './proof';
import { memory, peak, seconds } from './processes';
import { STORES } from './stores';
import { Visitor, type SignedPart } from './visitor';

const SIZE = (SHORT ? 32 : 100) * MIB;
const PEOPLE = 50;
/** The number of parts that a page sends in parallel. */
const ABREAST = 4;
/** The most attempts to send a part while the server cannot accept it. */
const TRIES = 5;
/** The limit of the server's peak memory, in MiB. */
const MOST = 300;
/**
 * The offset, in bytes, between the contents of consecutive files in one buffer. It keeps all blocks different, so that
 * no store can deduplicate them.
 */
const SHIFT = 4099;

interface Part {
    upload: string;
    number: number;
    bytes: Buffer;
    sha256: string;
    to: SignedPart;
}

interface Prepared {
    visitor: Visitor;
    upload: string;
    whole: string;
    parts: Part[];
}

/** The number of parts being sent: currently, and the peak. */
class UnderWay {
    now = 0;
    most = 0;
    /** The number of parts that were sent again. */
    again = 0;
}

/**
 * Sends a part and returns the response's status. The whole part is written at once, as fast as the connection accepts
 * it.
 */
function put({ url, headers }: SignedPart, { site, cookie }: Visitor, bytes: Buffer, under: UnderWay): Promise<number> {
    const to = new URL(url, site);
    // The bucket must not be sent the session cookie.
    const own = to.origin === site ? { cookie } : {};
    return new Promise((resolve, reject) => {
        under.now += 1;
        under.most = Math.max(under.most, under.now);
        const asked = request(to, { method: 'PUT', agent: false, headers: { ...Object.fromEntries(headers), ...own, 'content-length': bytes.length } });
        asked.on('error', reject).on('response', answer => {
            under.now -= 1;
            answer.resume().on('end', () => resolve(answer.statusCode!));
        });
        asked.end(bytes);
    });
}

/** A visitor's file, with all parts signed and ready to send. */
async function prepare(visitor: Visitor, name: string, bytes: Buffer): Promise<Prepared> {
    const { id: upload, part_size } = await visitor.create(name, bytes.length);
    const parts = Array.from({ length: Math.ceil(bytes.length / part_size) }, (_, at) => {
        const part = bytes.subarray(at * part_size, (at + 1) * part_size);
        return { upload, number: at + 1, bytes: part, sha256: sha256(part) };
    });
    const signed = await visitor.sign(parts.map(({ upload, number, sha256 }) => ({ upload, number, sha256 })));
    return { visitor, upload, whole: sha256(bytes), parts: parts.map((part, at) => ({ ...part, to: signed[at] })) };
}

/**
 * Sends all parts, several in parallel, and completes the upload. Parts that the server cannot accept now are sent
 * again, as the protocol requires.
 */
async function send({ visitor, upload, parts }: Prepared, under: UnderWay) {
    await abreast(ABREAST, parts, async ({ number, bytes, sha256, to }) => {
        let status = await put(to, visitor, bytes, under);
        for (let tries = 1; [429, 503].includes(status) && tries < TRIES; tries++) {
            under.again += 1;
            await pause(1000);
            const [again] = await visitor.sign([{ upload, number, sha256 }]);
            status = await put(again, visitor, bytes, under);
        }
        if (status >= 300) throw new Error(`a part was answered with ${status}`);
    });
    await visitor.complete(upload);
}

/** Waits until the server has verified the only file; returns the SHA-256 that it computed. */
async function checked(visitor: Visitor): Promise<string> {
    for (;;) {
        const [file] = await visitor.files();
        if (file.check !== 'Waiting') return (await visitor.verified(file)) ?? 'damaged';
        await pause(200);
    }
}

for (const store of STORES) {
    test(`memory of the server: ${store.name}`, async ({ newSite }) => {
        const [site, settings] = [await newSite(), { HOLDALL_LOG: 'warn', ...store.settings }];
        await site.start(settings);
        const visitors: Visitor[] = [];
        for (let number = 0; number < PEOPLE; number++) visitors.push(await Visitor.signedUp(site.address, `visitor${number}`));
        // Password hashing needs much memory: restart, so that the peak is that of uploads alone.
        await site.stop();
        await site.start(settings);
        const idle = peak(site.pid);
        const content = randomBytes(SIZE + PEOPLE * SHIFT);
        const files: Prepared[] = [];
        for (const [at, visitor] of visitors.entries()) files.push(await prepare(visitor, `file ${at}.bin`, content.subarray(at * SHIFT, at * SHIFT + SIZE)));

        const [under, begun, used] = [new UnderWay(), performance.now(), seconds(site.pid)];
        await Promise.all(files.map(file => send(file, under))).catch(error => {
            throw new Error(`${error}; the server said: ${site.log}`);
        });
        const [took, sending, usedSending] = [(performance.now() - begun) / 1000, peak(site.pid), seconds(site.pid) - used];
        const sums = await Promise.all(visitors.map(checked));
        const [all, whole] = [(performance.now() - begun) / 1000, peak(site.pid)];

        expect.soft(under.most, 'all parts were under way at once').toBe(PEOPLE * ABREAST);
        for (const [at, { whole }] of files.entries()) expect.soft(sums[at], `file ${at} is what was sent`).toBe(whole);
        expect.soft(whole, `the server has at most ${MOST} MiB`).toBeLessThan(MOST);
        title(`${store.name}: ${PEOPLE} people, each with a file of ${SIZE / MIB} MiB and ${ABREAST} parts at a time, all at once`);
        line('peak memory of the server, idle', `${idle.toFixed(1)} MiB`);
        const speed = `${((PEOPLE * SIZE) / 1e6 / took).toFixed(0)} MB/s, ${usedSending.toFixed(1)} s of processor`;
        line('… once all had been sent', `${sending.toFixed(1)} MiB`, `${under.most} parts under way at once; ${speed}; ${under.again} parts were sent again`);
        line('… once all were verified', `${whole.toFixed(1)} MiB`, `after ${all.toFixed(0)} s; ${MOST} are allowed; then it has ${memory(site.pid).toFixed(1)}`);
    });
}
