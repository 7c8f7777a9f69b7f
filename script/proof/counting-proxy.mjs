// A way to a server that changes nothing and counts the parts of uploads that pass: which of them the server took, and
// how many bytes of them came.

import { createServer, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { listening } from './listening.mjs';

/** The number of the part that a request puts, at a bucket's address or at Holdall's own; nothing for other requests. */
function partOf({ method, url }) {
    if (method !== 'PUT') return undefined;
    const { pathname, searchParams } = new URL(url, 'http://any');
    const number = searchParams.get('partNumber') ?? /^\/uploads\/\w+\/parts\/(\d+)$/.exec(pathname)?.[1];
    return number && +number;
}

/** Starts one in front of a server. The host that was asked for is passed on, since signatures cover it. */
export async function countingProxy(target) {
    const { hostname, port } = new URL(target);
    // Of each part's request: its number, the bytes that it announced, those that came, and the server's answer.
    const proxy = { sent: [], open: 0 };
    const server = createServer((asked, answer) => {
        const number = partOf(asked);
        const part = { number, announced: +(asked.headers['content-length'] ?? 0), came: 0, status: undefined };
        if (number) {
            proxy.sent.push(part);
            proxy.open += 1;
            // A whole request's answer is waited for, even where nobody hears it any more.
            const over = () => (proxy.open -= 1);
            asked.on('close', () => asked.complete || over());
            part.ended = status => asked.complete && ((part.status = status), over());
        }
        const onwards = request({ hostname, port, method: asked.method, path: asked.url, headers: asked.headers, agent: false });
        asked.on('data', chunk => (part.came += chunk.length)).on('error', () => {});
        asked.on('close', () => asked.complete || onwards.destroy());
        answer.on('error', () => {});
        answer.on('close', () => asked.complete || onwards.destroy());
        asked.pipe(onwards);
        onwards.on('response', got => {
            part.ended?.(got.statusCode);
            answer.writeHead(got.statusCode, got.rawHeaders);
            got.on('error', () => answer.destroy()).pipe(answer);
        });
        onwards.on('error', () => {
            part.ended?.(0);
            answer.destroy();
        });
    });
    Object.assign(proxy, await listening(server));
    /** Bytes of parts that have come, whether or not the parts became whole. */
    proxy.came = () => proxy.sent.reduce((sum, { came }) => sum + came, 0);
    /** Waits until so many have. */
    proxy.reaches = async bytes => {
        while (proxy.came() < bytes) await pause(2);
    };
    /** Waits until no part is under way. */
    proxy.quiet = async () => {
        while (proxy.open > 0) await pause(10);
    };
    /** The parts that the server said it has taken: numbers in the order of the answers' requests. */
    proxy.taken = () => proxy.sent.filter(({ status }) => status >= 200 && status < 300).map(({ number }) => number);
    return proxy;
}
