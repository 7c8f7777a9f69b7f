// A browser and a bucket without Holdall, as a baseline: an empty page that sends a file in parts as Holdall's page
// does, four at a time, to presigned addresses of the bucket, or to a server that discards them.

import { createServer, type RequestListener } from 'node:http';

import type { Browser, Page } from '@playwright/test';

import type { Bucket } from './bucket';
import { listening } from '../tests/listening';
import { PART } from './proof';
import type { Timings } from './timings';

declare global {
    interface Window {
        /** Calls `one` for each of the numbers, four at a time. */
        all: (numbers: number[], one: (number: number) => Promise<void>) => Promise<void>;
        /** The timings of the last upload. */
        sent?: Timings | { error: string };
    }
}

/** Runs in the page: defines what the upload needs. */
function prepare() {
    performance.setResourceTimingBufferSize(100_000);
    window.all = async (numbers, one) => {
        const left = numbers.slice();
        const worker = async () => {
            while (left.length) await one(left.shift()!);
        };
        await Promise.all(Array.from({ length: 4 }, worker));
    };
}

/** Runs in the page: uploads the file once it is chosen. */
function listen({ addresses, whole, PART }: { addresses: string[]; whole: string; PART: number }) {
    const put = (url: string, bytes: Blob) => new Promise<string | null>((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open('PUT', url);
        request.upload.onprogress = () => {};
        request.onloadend = () => (request.status === 200 ? resolve(request.getResponseHeader('ETag')) : reject(new Error(`a part: ${request.status}`)));
        request.send(bytes);
    });
    const input = document.querySelector('input')!;
    input.onchange = async () => {
        const begun = performance.now();
        const file = input.files![0];
        const tags: (string | null)[] = [];
        try {
            await window.all([...addresses.keys()], async at => {
                tags[at] = await put(addresses[at], file.slice(at * PART, (at + 1) * PART));
            });
            const last = performance.now();
            const parts = tags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag}</ETag></Part>`).join('');
            const answer = await fetch(whole, { method: 'POST', body: `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>` });
            if (!answer.ok) throw new Error(`completing: ${answer.status}`);
            const sent = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter(entry => entry.initiatorType === 'xmlhttprequest');
            const abreast = sent.reduce((sum, { duration }) => sum + duration, 0) / (last - begun);
            window.sent = { first: 0, last: (last - begun) / 1000, whole: (performance.now() - begun) / 1000, abreast };
        } catch (error) {
            window.sent = { error: `${error}` };
        }
    };
}

/** Runs in the page: reads and hashes the file's slices; returns seconds. */
async function hash(PART: number): Promise<number> {
    const file = document.querySelector('input')!.files![0];
    const begun = performance.now();
    await window.all([...Array(Math.ceil(file.size / PART)).keys()], async at => {
        await crypto.subtle.digest('SHA-256', await file.slice(at * PART, (at + 1) * PART).arrayBuffer());
    });
    return (performance.now() - begun) / 1000;
}

const CORS = { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'PUT, POST', 'access-control-allow-headers': '*' };

const home: RequestListener = (_, answer) => answer.setHeader('content-type', 'text/html').end('<!doctype html><title>bare</title><input type="file">');
const sink: RequestListener = (asked, answer) => asked.on('end', () => answer.writeHead(200, CORS).end()).resume();

export class BareStore {
    private uploads = 0;

    private constructor(readonly page: Page, private readonly bucket: Bucket, private readonly home: string, private readonly sink: string, readonly close: () => void) {}

    /** Opens the page. */
    static async open(browser: Browser, bucket: Bucket): Promise<BareStore> {
        const [page, site, nowhere] = [await browser.newPage(), await listening(createServer(home)), await listening(createServer(sink))];
        return new BareStore(page, bucket, site.address, nowhere.address, () => {
            site.close();
            nowhere.close();
        });
    }

    /** Sends the parts to these addresses, then completes the upload at the address `whole`. */
    private async send(path: string, addresses: string[], whole: string): Promise<Timings> {
        await this.page.goto(this.home);
        await this.page.evaluate(prepare);
        await this.page.evaluate(listen, { addresses, whole, PART });
        await this.page.locator('input').setInputFiles(path);
        await this.page.waitForFunction(() => window.sent, undefined, { polling: 100, timeout: 10 * 60_000 });
        const sent = (await this.page.evaluate(() => window.sent))!;
        if ('error' in sent) throw new Error(sent.error);
        return sent;
    }

    async toStore(path: string, size: number): Promise<Timings> {
        const key = `bare/${++this.uploads}`;
        const uploadId = /<UploadId>(.*?)</.exec(await this.bucket.ask('POST', key, { uploads: '' }))![1];
        const addresses = numbers(size).map(number => this.bucket.presigned('PUT', key, { partNumber: `${number}`, uploadId }));
        const sent = await this.send(path, addresses, this.bucket.presigned('POST', key, { uploadId }));
        await this.bucket.ask('DELETE', key);
        return sent;
    }

    toNowhere(path: string, size: number): Promise<Timings> {
        return this.send(path, numbers(size).map(number => `${this.sink}/${number}`), this.sink);
    }

    /** Hashes the file that was sent last; returns seconds. */
    hash(): Promise<number> {
        return this.page.evaluate(hash, PART);
    }
}

/** The part numbers of a file of this size. */
const numbers = (size: number): number[] => Array.from({ length: Math.ceil(size / PART) }, (_, at) => at + 1);
