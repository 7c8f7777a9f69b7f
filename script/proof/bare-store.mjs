// A browser and a store without Holdall: an empty page that sends a file in parts as Holdall's page does, four slices at a
// time, to signed addresses of the bucket of the environment's settings, or to a server that throws them away.

import { createServer } from 'node:http';
import { ask, presigned } from './presigned.mjs';

const PART = 8 << 20;
const ABREAST = 4;

/** In the page: calls `one` for each of the numbers, four at a time. */
const ALL = `window.all = async (numbers, one) => {
    const left = numbers.slice();
    const worker = async () => { while (left.length) await one(left.shift()); };
    await Promise.all(Array.from({ length: ${ABREAST} }, worker));
}`;

/** In the page: what is done when the file is chosen. */
function listen({ addresses, whole, PART }) {
    const put = (url, bytes) => new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open('PUT', url);
        request.upload.onprogress = () => {};
        request.onloadend = () => (request.status === 200 ? resolve(request.getResponseHeader('ETag')) : reject(new Error(`a part: ${request.status}`)));
        request.send(bytes);
    });
    document.querySelector('input').onchange = async ({ target }) => {
        const begun = performance.now();
        const [file] = target.files;
        const tags = [];
        try {
            await window.all([...addresses.keys()], async at => (tags[at] = await put(addresses[at], file.slice(at * PART, (at + 1) * PART))));
            const last = performance.now();
            const parts = tags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag}</ETag></Part>`).join('');
            const answer = await fetch(whole, { method: 'POST', body: `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>` });
            if (!answer.ok) throw new Error(`completing: ${answer.status}`);
            const sent = performance.getEntriesByType('resource').filter(({ initiatorType }) => initiatorType === 'xmlhttprequest');
            const abreast = sent.reduce((sum, { duration }) => sum + duration, 0) / (last - begun);
            window.sent = { first: 0, last: (last - begun) / 1000, whole: (performance.now() - begun) / 1000, abreast };
        } catch (error) {
            window.sent = { error: `${error}` };
        }
    };
}

/** In the page: reads and hashes the file's slices; seconds. */
async function hash(PART) {
    const [file] = document.querySelector('input').files;
    const begun = performance.now();
    const one = async at => crypto.subtle.digest('SHA-256', await file.slice(at * PART, (at + 1) * PART).arrayBuffer());
    await window.all([...Array(Math.ceil(file.size / PART)).keys()], one);
    return (performance.now() - begun) / 1000;
}

const CORS = { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'PUT, POST', 'access-control-allow-headers': '*' };

async function serve(answer) {
    const server = createServer(answer);
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    return [server, `http://127.0.0.1:${server.address().port}/`];
}

/** Opens the page. */
export async function bareStore(browser) {
    const [site, home] = await serve((_, answer) => answer.setHeader('content-type', 'text/html').end('<!doctype html><title>bare</title><input type="file">'));
    const [sink, nowhere] = await serve((asked, answer) => asked.on('end', () => answer.writeHead(200, CORS).end()).resume());
    const page = await (await browser.newContext()).newPage();
    let number = 0;

    /** Sends the file: seconds since it was chosen, as `timed` says them. */
    async function send(path, addresses, whole) {
        await page.goto(home);
        await page.evaluate(ALL);
        await page.evaluate(() => performance.setResourceTimingBufferSize(100_000));
        await page.evaluate(listen, { addresses, whole, PART });
        await page.locator('input').setInputFiles(path);
        await page.waitForFunction(() => window.sent, undefined, { polling: 100, timeout: 600_000 });
        const sent = await page.evaluate(() => window.sent);
        if (sent.error) throw new Error(sent.error);
        return sent;
    }
    const numbers = size => Array.from({ length: Math.ceil(size / PART) }, (_, at) => at + 1);
    return {
        page,
        async toStore(path, size) {
            const key = `bare/${++number}`;
            const uploadId = /<UploadId>(.*?)</.exec(await ask('POST', key, { uploads: '' }))[1];
            const addresses = numbers(size).map(partNumber => presigned('PUT', key, { partNumber, uploadId }));
            const sent = await send(path, addresses, presigned('POST', key, { uploadId }));
            await ask('DELETE', key);
            return sent;
        },
        toNowhere: (path, size) => send(path, numbers(size).map(part => `${nowhere}${part}`), nowhere),
        /** Hashes the file that was sent last. */
        hash: async () => ({ whole: await page.evaluate(hash, PART) }),
        close() {
            site.close();
            sink.close();
        },
    };
}
