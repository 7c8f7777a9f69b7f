// Breaking a large upload off by closing the tab, and going on with it in a new one and in another profile: what is sent
// is counted where the parts arrive, at the store itself or at Holdall's folder.

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { cookie, launch, signIn, signUp, uploaded } from './browser.mjs';
import { randomFile } from './content.mjs';
import { countingProxy } from './counting-proxy.mjs';
import { ready, run, site } from './server.mjs';
import { Visitor } from './visitor.mjs';

const MIB = 1 << 20;
const PART = 8 * MIB;
/** How much of the file has arrived when the tab is closed. */
const BROKEN_OFF = 0.4;
/** How long an upload may take. */
const MINUTES = 10;

const sum = list => list.reduce((sum, one) => sum + one, 0);

export async function measure({ name, short, check, line }) {
    const size = (short ? 96 : 1024) * MIB;
    const source = join(process.env.HOME, 'source.bin');
    const known = randomFile(source, size);
    const sizeOf = number => Math.min(PART, size - (number - 1) * PART);
    const front = await countingProxy(site);
    const store = process.env.HOLDALL_STORAGE === 's3' && (await countingProxy(process.env.AWS_ENDPOINT_URL_S3));
    const counted = store || front;
    // Holdall and the browser know the store by one address, so that no byte gets there without being counted.
    const throughProxy = store && { AWS_ENDPOINT_URL_S3: store.address, HOLDALL_S3_PUBLIC_ENDPOINT: store.address, HOLDALL_PRIVATE_DELIVERY: 'stream' };
    const server = run(['serve'], { HOLDALL_URL: front.address, ...throughProxy });
    await ready(server);
    const browser = await launch();
    const visitor = new Visitor();

    /** Chooses the file, and closes the tab when so much of it has arrived. */
    async function breakOff(profile) {
        const page = await profile.newPage();
        await page.goto('/files');
        counted.sent.length = 0;
        await page.getByLabel('Choose files').setInputFiles(source);
        await counted.reaches(BROKEN_OFF * size);
        await page.close();
        await counted.quiet();
    }

    /** Chooses it again where the upload is listed; gives what the list said of it. */
    async function goOn(profile) {
        const page = await profile.newPage();
        await page.goto('/files');
        const row = page.getByRole('region', { name: 'Unfinished uploads' }).getByRole('listitem').filter({ hasText: 'source.bin' });
        const said = await row.locator('.words').textContent();
        await page.getByLabel('Choose the file again: source.bin').setInputFiles(source);
        await uploaded(page, '1 file uploaded', MINUTES);
        await page.close();
        return said;
    }

    async function once(what, first, second) {
        await breakOff(first);
        const landed = new Set(counted.taken());
        const before = { taken: sum([...landed].map(sizeOf)), came: counted.came(), requests: counted.sent.length };
        const said = await goOn(second);
        const after = counted.sent.slice(before.requests);
        const [sent, missing] = [sum(after.map(({ came }) => came)), size - before.taken];
        check(landed.size > 0 && missing > 0, `${what}: ${before.taken} bytes had arrived when the tab was closed`);
        const again = after.filter(({ number }) => landed.has(number)).map(({ number }) => number);
        check(again.length === 0, `${what}: parts ${again} were sent though the store had them`);
        check(sent === missing, `${what}: ${sent} bytes were sent, ${missing} were missing`);
        const taken = counted.taken().sort((one, other) => one - other);
        const all = Array.from({ length: Math.ceil(size / PART) }, (_, at) => at + 1);
        check(taken.join() === all.join(), `${what}: the parts that were taken are ${taken}`);
        const [file] = await visitor.files();
        const answer = await fetch(`${site}/files/${file.id}/content`, { headers: { cookie: visitor.cookie } });
        const found = createHash('sha256');
        for await (const chunk of answer.body) found.update(chunk);
        const digest = found.digest('hex');
        check(file.name === 'source.bin' && digest === known, `${what}: SHA-256 ${digest} came back as ${file.name}, ${known} was sent`);
        await visitor.remove(file.id);
        console.log(`\n${name}, ${what}: a file of ${size} bytes, counted at ${store ? 'the store' : 'Holdall'}`);
        line('whole parts that had arrived when it broke off', `${before.taken}`, `${((before.taken / size) * 100).toFixed(1)} % in ${landed.size} parts; the page said: ${said}`);
        line('of parts that were cut off on their way', `${before.came - before.taken}`, 'these do not count as arrived, and are sent again whole');
        line('sent after the file was picked again', `${sent}`, `${after.length} parts; ${missing} bytes were missing`);
        line('taken in all', `${before.taken + sent}`, `${before.taken + sent === size ? 'exactly the file' : `the file has ${size}`}`);
        line('the download', digest === known ? 'the same' : 'ANOTHER', `SHA-256 ${digest}`);
    }

    try {
        const [profile, other] = [await browser.newContext({ baseURL: front.address }), await browser.newContext({ baseURL: front.address })];
        await signUp(await profile.newPage());
        await signIn(await other.newPage());
        visitor.cookie = await cookie(profile);
        await once('a new tab', profile, profile);
        await once('another profile of the same account', profile, other);
    } finally {
        await browser.close();
        front.close();
        if (store) store.close();
        server.child.kill('SIGTERM');
        await server.ended;
        rmSync(source);
    }
}
