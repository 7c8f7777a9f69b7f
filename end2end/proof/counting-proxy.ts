// A proxy that changes nothing and counts the parts of uploads that pass: which of them the server took, and how many
// bytes of them came.

import { createServer, request, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import { listening } from './listening';
import { sum } from './figures';

/** The request of one part. */
interface SentPart {
    number: number;
    /** How many bytes of it came. */
    came: number;
    /** The server's answer; 0 where there was none, nothing where the request was cut off. */
    status?: number;
}

/** The number of the part that a request puts, at a bucket's address or at Holdall's own; nothing for other requests. */
function partOf({ method, url }: IncomingMessage): number | undefined {
    if (method !== 'PUT') return undefined;
    const { pathname, searchParams } = new URL(url!, 'http://any');
    const number = searchParams.get('partNumber') ?? /^\/uploads\/\w+\/parts\/(\d+)$/.exec(pathname)?.[1];
    return number === undefined ? undefined : Number(number);
}

/** What the proxy has counted. */
class Counts {
    /** All that were sent since this was emptied. */
    readonly sent: SentPart[] = [];
    /** How many are under way. */
    open = 0;

    /** Bytes of parts that have come, whether or not the parts became whole. */
    came(): number {
        return sum(this.sent.map(({ came }) => came));
    }

    /** Waits until so many have. */
    async reaches(bytes: number) {
        while (this.came() < bytes) await pause(2);
    }

    /** Waits until no part is under way. */
    async quiet() {
        while (this.open > 0) await pause(10);
    }

    /** The parts that the server said it has taken: numbers in the order of the answers' requests. */
    taken(): number[] {
        return this.sent.filter(({ status = 0 }) => status >= 200 && status < 300).map(({ number }) => number);
    }

    /** Counts a part; gives what is told the server's answer. */
    begin(number: number, asked: IncomingMessage): (status: number) => void {
        const part: SentPart = { number, came: 0 };
        this.sent.push(part);
        this.open += 1;
        asked.on('data', (chunk: Buffer) => (part.came += chunk.length));
        // A whole request's answer is waited for, even where nobody hears it any more.
        asked.on('close', () => asked.complete || (this.open -= 1));
        return status => {
            if (!asked.complete) return;
            part.status = status;
            this.open -= 1;
        };
    }
}

/** Starts one in front of a server. The host that was asked for is passed on, since signatures cover it. */
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
