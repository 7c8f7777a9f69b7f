// A proxy between the browser and a server, or between Holdall and a store: it answers in the server's place, or changes
// pages on their way, as a test has it do.

import { createServer, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';

import { listening, type Listening } from './listening';

/** An answer of the proxy's own. */
export interface Instead {
    status: number;
    headers?: OutgoingHttpHeaders;
    body?: string;
    /** Whether to answer only once the request has arrived as a whole. */
    waits?: boolean;
}

export interface Proxy extends Listening {
    /** Answers a request in the server's place, unless it returns nothing. */
    instead: (asked: IncomingMessage) => Instead | undefined;
    /** Changes a page; undefined leaves it alone. */
    rewrite?: (html: string, cacheControl: string) => string;
    /** The method and path of each request. */
    seen: string[];
}

/** A page as proxies and sign-in pages of networks have them. */
export const page = (status: number, heading: string): Instead => ({
    status,
    headers: { 'content-type': 'text/html' },
    body: `<!DOCTYPE html><html><head><title>${heading}</title></head><body><h1>${heading}</h1></body></html>`,
});

/** Starts a proxy before a server. It keeps the `Host` header. */
export async function proxyBefore(target: string): Promise<Proxy> {
    const { hostname, port } = new URL(target);
    const state: Pick<Proxy, 'instead' | 'rewrite' | 'seen'> = { instead: () => undefined, seen: [] };
    const server = createServer(async (asked, answer) => {
        asked.on('error', () => {});
        answer.on('error', () => {});
        state.seen.push(`${asked.method} ${asked.url}`);
        const instead = state.instead(asked);
        if (instead) {
            if (instead.waits) await new Promise(done => asked.on('end', done).on('close', done).resume());
            answer.writeHead(instead.status, instead.headers).end(instead.body);
            return void asked.resume();
        }
        const headers = state.rewrite ? { ...asked.headers, 'accept-encoding': 'identity' } : asked.headers;
        const onwards = request({ hostname, port, method: asked.method, path: asked.url, headers, agent: false });
        onwards.on('error', () => answer.destroy());
        onwards.on('response', async got => {
            got.on('error', () => answer.destroy());
            const isPage = got.headers['content-type']?.startsWith('text/html');
            if (!state.rewrite || !isPage) {
                answer.writeHead(got.statusCode!, got.rawHeaders);
                return void got.pipe(answer);
            }
            let html = '';
            for await (const chunk of got.setEncoding('utf8')) html += chunk as string;
            const { 'content-length': _, 'transfer-encoding': __, ...kept } = got.headers;
            answer.writeHead(got.statusCode!, kept).end(state.rewrite(html, got.headers['cache-control'] ?? ''));
        });
        asked.on('close', () => asked.complete || onwards.destroy());
        asked.pipe(onwards);
    });
    return Object.assign(state, await listening(server));
}
