// A proxy that behaves like a bad network: it randomly drops and stalls requests, cuts requests and responses short,
// slows them down, and answers with errors of its own. A seed makes the randomness reproducible.

import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Writable } from 'node:stream';

import { listening, type Listening } from '../tests/listening';

/** A generator of numbers from 0 to 1. */
export type Chance = () => number;

/** A pseudo-random generator that is reproducible by its seed (mulberry32). */
export function chances(seed: number): Chance {
    return () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

/** What can happen to a request, with its probability in percent. All other requests pass unchanged. */
const FATES = {
    dropped: 5, 'never answered': 1, stalled: 4, 'request cut': 6, 'answer cut': 5, 'answer lost': 5, slow: 4, 'answered 500': 4, 'answered 503': 5,
};

type Fate = keyof typeof FATES | 'passed';

export interface BadProxy extends Listening {
    /** While true, all requests pass unchanged. */
    calm: boolean;
    /** The number of requests to which each of these happened. */
    met: Map<Fate, number>;
    /** The number of bytes received in requests. */
    bytes: number;
}

interface Exchange {
    asked: IncomingMessage;
    answer: ServerResponse;
}

/** Starts a bad proxy in front of a server. */
export async function badProxy(target: string, chance: Chance): Promise<BadProxy> {
    const state = { calm: true, met: new Map<Fate, number>(), bytes: 0 };
    const drawn = (): Fate => {
        let rest = chance() * 100;
        return (Object.keys(FATES) as (keyof typeof FATES)[]).find(name => (rest -= FATES[name]) < 0) ?? 'passed';
    };
    const server = createServer((asked, answer) => {
        const fate = state.calm ? 'passed' : drawn();
        if (!state.calm) state.met.set(fate, (state.met.get(fate) ?? 0) + 1);
        // After a request was read completely, destroying it would not close its connection.
        const { socket } = asked;
        pass(target, { asked, answer }, fate, chance, bytes => (state.bytes += bytes)).catch(() => socket.destroy());
    });
    return Object.assign(state, await listening(server));
}

async function pass(target: string, { asked, answer }: Exchange, fate: Fate, chance: Chance, count: (bytes: number) => void) {
    const { socket } = asked;
    asked.on('error', () => {});
    answer.on('error', () => {});
    if (fate === 'dropped') return void socket.destroy();
    if (fate === 'never answered') return void asked.resume();
    if (fate === 'answered 500' || fate === 'answered 503') {
        // Some servers report an error immediately, others only after reading the whole request.
        if (chance() < 0.5) for await (const chunk of asked) count((chunk as Buffer).length);
        answer.writeHead(Number(fate.split(' ')[1]), { 'content-type': 'text/plain', connection: 'close' });
        return void answer.end('a proxy says no');
    }
    if (fate === 'stalled') {
        await pause(2000 + chance() * 8000);
        if (chance() < 0.5) return void socket.destroy();
    }
    const { hostname, port } = new URL(target);
    const onwards = request({ hostname, port, method: asked.method, path: asked.url, headers: asked.headers, agent: false });
    const answered = new Promise<IncomingMessage>((resolve, reject) => onwards.on('response', resolve).on('error', reject));
    answered.catch(() => {});
    asked.on('close', () => asked.complete || onwards.destroy());
    answer.on('close', () => onwards.destroy());
    const stop = fate === 'request cut' ? Math.floor(chance() * lengthOf(asked, 0)) : Infinity;
    await copy(asked, onwards, { stop, slow: fate === 'slow', count });
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
    answer.writeHead(got.statusCode!, got.rawHeaders);
    const most = fate === 'answer cut' ? Math.floor(chance() * lengthOf(got, 100)) : Infinity;
    await copy(got, answer, { stop: most, slow: fate === 'slow', count: () => {} });
    if (fate === 'answer cut') return void socket.destroy();
    answer.end();
}

const lengthOf = ({ headers }: IncomingMessage, unknown: number) => Number(headers['content-length'] ?? unknown);

/** Copies and counts bytes, up to `stop`; if `slow`, one chunk every 20 ms. */
async function copy(from: IncomingMessage, to: Writable, { stop, slow, count }: { stop: number; slow: boolean; count: (bytes: number) => void }) {
    let copied = 0;
    for await (const chunk of from) {
        const some = (chunk as Buffer).subarray(0, stop - copied);
        copied += some.length;
        count(some.length);
        if (!to.write(some)) await drained(to);
        if (copied >= stop || to.destroyed) break;
        if (slow) await pause(20);
    }
}

/** Waits until a stream accepts more data or is closed. */
const drained = (stream: Writable) => new Promise<void>(resolve => {
    const go = () => {
        stream.off('drain', go).off('close', go);
        resolve();
    };
    if (stream.destroyed) resolve();
    else stream.on('drain', go).on('close', go);
});
