// A way to a server that is as bad as networks get: by chance it drops requests, stalls, cuts them and their answers
// short, slows them down, and answers with errors of its own. Chance comes from a seed.

import { createServer, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { listening } from './listening.mjs';

/** Numbers from 0 to 1 that look random and are the same for the same seed (mulberry32). */
export function chances(seed) {
    return () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

/** What may become of a request, and how many of a hundred meet it. The rest pass. */
const FATES = { dropped: 5, 'never answered': 1, stalled: 4, 'request cut': 6, 'answer cut': 5, 'answer lost': 5, slow: 4, 'answered 500': 4, 'answered 503': 5 };

/** Starts one in front of a server; `calm` lets everything pass, `met` counts what became of requests. */
export async function badProxy(target, chance) {
    const proxy = { calm: true, met: {}, bytes: 0 };
    const fate = () => {
        let rest = chance() * 100;
        return Object.keys(FATES).find(name => (rest -= FATES[name]) < 0) ?? 'passed';
    };
    const server = createServer((asked, answer) => {
        // Once a request is read whole, destroying it leaves its connection open.
        const { socket } = asked;
        const is = proxy.calm ? 'passed' : fate();
        if (!proxy.calm) proxy.met[is] = (proxy.met[is] ?? 0) + 1;
        pass(target, { asked, answer, socket }, is, chance, proxy).catch(() => socket.destroy());
    });
    Object.assign(proxy, await listening(server));
    return proxy;
}

async function pass(target, { asked, answer, socket }, fate, chance, proxy) {
    asked.on('error', () => {});
    answer.on('error', () => {});
    if (fate === 'dropped') return void socket.destroy();
    if (fate === 'never answered') return void asked.resume();
    if (fate.startsWith('answered')) {
        // Some say so at once, some after they have read it all.
        if (chance() < 0.5) for await (const chunk of asked) proxy.bytes += chunk.length;
        answer.writeHead(+fate.split(' ')[1], { 'content-type': 'text/plain', connection: 'close' });
        return void answer.end('a proxy says no');
    }
    if (fate === 'stalled') {
        await pause(2000 + chance() * 8000);
        if (chance() < 0.5) return void socket.destroy();
    }
    const { hostname, port } = new URL(target);
    const onwards = request({ hostname, port, method: asked.method, path: asked.url, headers: asked.headers, agent: false });
    const answered = new Promise((resolve, reject) => onwards.on('response', resolve).on('error', reject));
    answered.catch(() => {});
    asked.on('close', () => asked.complete || onwards.destroy());
    answer.on('close', () => onwards.destroy());
    const length = +(asked.headers['content-length'] ?? 0);
    const stop = fate === 'request cut' ? Math.floor(chance() * length) : Infinity;
    let sent = 0;
    for await (const chunk of asked) {
        const some = chunk.subarray(0, stop - sent);
        sent += some.length;
        proxy.bytes += some.length;
        if (!onwards.write(some)) await drained(onwards);
        if (sent >= stop || onwards.destroyed) break;
        if (fate === 'slow') await pause(20);
    }
    if (fate === 'request cut') {
        onwards.destroy();
        return void socket.destroy();
    }
    onwards.end();
    const got = await answered;
    if (fate === 'answer lost') {
        got.resume();
        return void socket.destroy();
    }
    answer.writeHead(got.statusCode, got.rawHeaders);
    const most = fate === 'answer cut' ? Math.floor(chance() * +(got.headers['content-length'] ?? 100)) : Infinity;
    let back = 0;
    for await (const chunk of got) {
        const some = chunk.subarray(0, most - back);
        back += some.length;
        if (!answer.write(some)) await drained(answer);
        if (back >= most || answer.destroyed) break;
        if (fate === 'slow') await pause(20);
    }
    if (fate === 'answer cut') return void socket.destroy();
    answer.end();
}

/** Waits until a stream takes more, or never will. */
const drained = stream => new Promise(resolve => {
    const go = () => {
        stream.off('drain', go).off('close', go);
        resolve();
    };
    if (stream.destroyed) resolve();
    else stream.on('drain', go).on('close', go);
});
