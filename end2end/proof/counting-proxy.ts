// A proxy that passes everything on unchanged, and counts the upload parts in it: which parts the server accepted, and
// how many of their bytes arrived.

import { createServer, request, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import { listening } from '../tests/listening';
import { sum } from './figures';

/** A request that sends one part. */
interface SentPart {
    number: number;
    /** The number of its bytes that arrived. */
    came: number;
    /** The response's status; 0 if there was no response, undefined if the request was cut off. */
    status?: number;
}

/** The number of the part that a request sends, to the bucket or to Holdall; undefined for other requests. */
function partOf({ method, url }: IncomingMessage): number | undefined {
    if (method !== 'PUT') return undefined;
    const { pathname, searchParams } = new URL(url!, 'http://any');
    const number = searchParams.get('partNumber') ?? /^\/uploads\/\w+\/parts\/(\d+)$/.exec(pathname)?.[1];
    return number === undefined ? undefined : Number(number);
}

/** The proxy's counts. */
class Counts {
    /** All parts sent since this list was last emptied. */
    readonly sent: SentPart[] = [];
    /** The number of pending requests. */
    open = 0;
    /** The proxy's address. */
    address = '';

    /** The number of bytes of parts that arrived, including incomplete parts. */
    came(): number {
        return sum(this.sent.map(({ came }) => came));
    }

    /** Waits until this many bytes have arrived. */
    async reaches(bytes: number) {
        while (this.came() < bytes) await pause(2);
    }

    /**
     * Waits until no request is pending. Requests that a closed tab had just sent may not have been taken up yet:
     * connections are taken up in order, so they have been once one of our own is answered.
     */
    async quiet() {
        await fetch(this.address);
        while (this.open > 0) await pause(10);
    }

    /** The parts that the server accepted: their numbers, in the order of the requests. */
    taken(): number[] {
        return this.sent.filter(({ status = 0 }) => status >= 200 && status < 300).map(({ number }) => number);
    }

    /** Counts a part; the returned function takes the status of the server's response. */
    begin(number: number, asked: IncomingMessage): (status: number) => void {
        const part: SentPart = { number, came: 0 };
        this.sent.push(part);
        this.open += 1;
        asked.on('data', (chunk: Buffer) => (part.came += chunk.length));
        // A complete request stays pending until the server responds, even if the client has disconnected.
        asked.on('close', () => asked.complete || (this.open -= 1));
        return status => {
            if (!asked.complete) return;
            part.status = status;
            this.open -= 1;
        };
    }
}

/** Starts a proxy in front of a server. It keeps the `Host` header, since signatures cover it. */
export async function countingProxy(target: string) {
    const { hostname, port } = new URL(target);
    const counts = new Counts();
    const server = createServer((asked, answer) => {
        const number = partOf(asked);
        const ended = number ? counts.begin(number, asked) : undefined;
        const onwards = request({ hostname, port, method: asked.method, path: asked.url, headers: asked.headers, agent: false });
        asked.on('error', () => {});
        asked.on('close', () => asked.complete || onwards.destroy());
        answer.on('error', () => {});
        answer.on('close', () => asked.complete || onwards.destroy());
        asked.pipe(onwards);
        onwards.on('response', got => {
            ended?.(got.statusCode!);
            answer.writeHead(got.statusCode!, got.rawHeaders);
            got.on('error', () => answer.destroy()).pipe(answer);
        });
        onwards.on('error', () => {
            ended?.(0);
            answer.destroy();
        });
    });
    return Object.assign(counts, await listening(server));
}
