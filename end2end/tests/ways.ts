// Ways between browser, site and store: slow ones, and such that end requests that take long.

import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A part that was sent along a way. */
export interface Sent {
    /** The upload and the part's number. */
    part: string;
    /** The status that came back; none if the request was ended before. */
    status?: number;
}

export interface Way {
    address: string;
    /** The parts in the order in which their requests began. */
    sent: Sent[];
    close: () => void;
}

export interface Limits {
    /** How long the body of a part's request may take, in milliseconds: Traefik's `readTimeout`. */
    body?: number;
    /** How long the answer may take once a part has come whole, in milliseconds: nginx' `proxy_read_timeout`. */
    answer?: number;
}

/** A way to a site that ends requests of parts which take longer than this. */
export function limitedWay(site: string, limits: Limits): Promise<Way> {
    return way((sent, asked, answer) => {
        const onwards = pass(site, asked, answer, status => (sent.status ??= status));
        asked.pipe(onwards);
        if (asked.method !== 'PUT') return;
        if (limits.body) {
            const late = setTimeout(() => asked.complete || asked.socket.destroy(), limits.body);
            asked.on('close', () => clearTimeout(late));
        }
        if (limits.answer) {
            asked.on('end', () => setTimeout(() => {
                if (answer.headersSent) return;
                sent.status = 504;
                answer.writeHead(504, { 'content-type': 'text/html' }).end('<h1>Gateway Time-out</h1>');
                onwards.destroy();
            }, limits.answer));
        }
    });
}

/** A way to a store that takes parts in at once, and passes this many bytes of them on in a second. */
export function slowStore(store: string, rate: number): Promise<Way> {
    return way(async (sent, asked, answer) => {
        const onwards = pass(store, asked, answer, status => (sent.status ??= status));
        const chunks: Buffer[] = [];
        for await (const chunk of asked) chunks.push(chunk as Buffer);
        for (const chunk of chunks) {
            if (asked.method === 'PUT') await pause((chunk.length * 1000) / rate);
            if (!onwards.destroyed) onwards.write(chunk);
        }
        onwards.end();
    });
}

async function way(handle: (sent: Sent, asked: IncomingMessage, answer: ServerResponse) => void | Promise<void>): Promise<Way> {
    const all: Sent[] = [];
    const listener: RequestListener = (asked, answer) => {
        const [path, query] = asked.url!.split('?');
        const sent: Sent = { part: `${path} ${new URLSearchParams(query).get('partNumber') ?? ''}`.trim() };
        if (asked.method === 'PUT' && /(\/parts\/| )\d+$/.test(sent.part)) all.push(sent);
        // Chromium sends a request anew by itself if a connection that was used before breaks.
        answer.shouldKeepAlive = false;
        asked.on('error', () => {});
        answer.on('error', () => {});
        Promise.resolve(handle(sent, asked, answer)).catch(() => answer.destroy());
    };
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const close = () => {
        server.closeAllConnections();
        server.close();
    };
    return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent: all, close };
}

function pass(target: string, asked: IncomingMessage, answer: ServerResponse, told: (status: number) => void) {
    const { hostname, port } = new URL(target);
    const onwards = request({ hostname, port, method: asked.method, path: asked.url, headers: asked.headers, agent: false }, got => {
        told(got.statusCode!);
        if (answer.headersSent) return void got.resume();
        answer.writeHead(got.statusCode!, got.rawHeaders);
        got.on('error', () => answer.destroy()).pipe(answer);
    });
    onwards.on('error', () => answer.headersSent || answer.destroy());
    asked.on('close', () => asked.complete || onwards.destroy());
    return onwards;
}
