// What script/bad-network does for one store. The settings of Holdall are in the environment.
//
//   node script/bad-network.mjs ROUNDS SEED [LARGEST-MIB]
//
// HOLDALL_CHROMIUM names the browser; empty is Playwright's own. Exits with 1 where a file that the page calls uploaded is
// not what was chosen, or one that is not uploaded has no sentence, or nothing comes to an end.

import { createCipheriv, createHash } from 'node:crypto';
import { mkdtempSync, openSync, closeSync, writeSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { badProxy, chances } from './proof/bad-proxy.mjs';
import { launch, signUp } from './proof/browser.mjs';
import { ready, run, site } from './proof/server.mjs';
import { Visitor } from './proof/visitor.mjs';

const [rounds, seed, largest] = [+process.argv[2], +process.argv[3], +(process.argv[4] ?? 64)];
const onBucket = process.env.HOLDALL_STORAGE === 's3';
const [KIB, MIB] = [1 << 10, 1 << 20];
/** How long a round may take: half a minute, and a second for each MiB. */
const patience = bytes => 120_000 + (bytes / MIB) * 2000;
const chance = chances(seed);
const failures = [];
const figures = { files: 0, bytes: 0, right: 0, again: 0, said: new Map() };

function check(fine, what) {
    if (!fine) failures.push(what);
    return fine;
}

/** Writes a file of chance, and gives the sum of it. */
function write(path, size) {
    const [file, sum] = [openSync(path, 'w'), createHash('sha256')];
    const cipher = createCipheriv('aes-128-ctr', createHash('sha256').update(`${seed}${path}`).digest().subarray(0, 16), Buffer.alloc(16));
    for (let left = size; left > 0; left -= MIB) {
        const bytes = cipher.update(Buffer.alloc(Math.min(left, MIB)));
        sum.update(bytes);
        writeSync(file, bytes);
    }
    closeSync(file);
    return sum.digest('hex');
}

/** The sizes of a round: the least and the largest in the first, between them by chance. */
function sizes(round) {
    const between = () => Math.floor(KIB * (64 * KIB) ** chance());
    return [...(round === 0 ? [KIB, largest * MIB] : []), between(), between(), between()];
}

/** The sum of a file as the server itself gives it, without the bad way. */
async function sumOf(visitor, id) {
    const answer = await fetch(`${site}/files/${id}/content`, { headers: { cookie: visitor.cookie } });
    const sum = createHash('sha256');
    for await (const chunk of answer.body) sum.update(chunk);
    return answer.status === 200 ? sum.digest('hex') : `status ${answer.status}`;
}

/** Waits until nothing is under way; says how it ended, or nothing where it does not. */
async function over(tray, bytes) {
    const until = performance.now() + patience(bytes);
    while (performance.now() < until) {
        const text = await tray.getByRole('status').textContent();
        if (/^\d+ files? (not )?uploaded$/.test(text)) return text;
        await pause(200);
    }
    return undefined;
}

async function round(number, page, visitor, folder) {
    const files = sizes(number).map((size, at) => {
        const name = `round ${number} file ${at}.bin`;
        return { name, size, path: join(folder, name), sum: write(join(folder, name), size) };
    });
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    figures.files += files.length;
    figures.bytes += bytes;
    const tray = page.getByRole('region', { name: 'Uploads', exact: true });
    await page.getByLabel('Choose files').setInputFiles(files.map(({ path }) => path));
    let end = await over(tray, bytes);
    const unsaid = new Map();
    for (let tries = 0; end?.includes('not uploaded') && tries < 5; tries++) {
        for (const row of await tray.getByRole('listitem').all()) {
            const [name, sentence] = [await row.locator('bdi').textContent(), (await row.getByRole('alert').allTextContents()).join(' ')];
            check(sentence.length > 10, `${name} is not uploaded and nothing says why`);
            unsaid.set(name, sentence);
            figures.said.set(sentence, (figures.said.get(sentence) ?? 0) + 1);
        }
        const again = tray.getByRole('button', { name: 'Try all again' });
        if ((await again.count()) === 0) break;
        await again.click();
        figures.again += 1;
        end = await over(tray, bytes);
    }
    check(end, `round ${number} does not come to an end: ${(await tray.getByRole('listitem').allTextContents()).join(' | ')}`);
    const listed = new Map((await visitor.files()).map(file => [file.name, file]));
    for (const { name, size, sum } of files) {
        const file = listed.get(name);
        const failed = end?.includes('not uploaded') && unsaid.has(name);
        if (!file) {
            check(failed, `${name} (${size} bytes) is called uploaded and is not there`);
            continue;
        }
        const found = await sumOf(visitor, file.id);
        figures.right += check(found === sum, `${name} (${size} bytes): ${found} instead of ${sum}`) ? 1 : 0;
    }
    for (const name of listed.keys()) check(!/\(\d+\)/.test(name), `${name}: one file was made twice`);
    if (end) await tray.getByRole('button', { name: 'Close' }).click();
}

const [front, store] = [await badProxy(site, chance), onBucket && (await badProxy(process.env.AWS_ENDPOINT_URL_S3, chance))];
const server = run(['serve'], {
    HOLDALL_URL: front.address,
    ...(store && { HOLDALL_S3_PUBLIC_ENDPOINT: store.address, HOLDALL_UPLOADS: 'direct', HOLDALL_PRIVATE_DELIVERY: 'stream' }),
});
await ready(server);
const browser = await launch();
const folder = mkdtempSync(join(process.env.HOME, 'chosen.'));
try {
    const context = await browser.newContext({ baseURL: front.address });
    const page = await context.newPage();
    await signUp(page);
    // The way is bad from when the page runs.
    const tray = page.getByRole('region', { name: 'Uploads', exact: true });
    await page.getByLabel('Choose files').setInputFiles({ name: 'first.txt', mimeType: 'text/plain', buffer: Buffer.from('first') });
    await tray.getByText('1 file uploaded').waitFor();
    await tray.getByRole('button', { name: 'Close' }).click();
    const visitor = new Visitor();
    visitor.cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    front.calm = false;
    if (store) store.calm = false;
    for (let number = 0; number < rounds && failures.length === 0; number++) await round(number, page, visitor, folder);
} finally {
    await browser.close();
    rmSync(folder, { recursive: true });
    front.close();
    if (store) store.close();
    server.child.kill('SIGTERM');
    await server.ended;
}

const told = met => Object.entries(met).sort().map(([fate, times]) => `${fate} ${times}`).join(', ');
console.log(`${onBucket ? 'bucket, parts sent straight to it' : 'folder'}: seed ${seed}, ${rounds} rounds, ${figures.files} files of ${figures.bytes} bytes in all`);
console.log(`requests to Holdall: ${told(front.met)}; ${front.bytes} bytes sent on`);
if (store) console.log(`requests to the bucket: ${told(store.met)}; ${store.bytes} bytes sent on`);
console.log(`right after download: ${figures.right}; asked to try again: ${figures.again} times`);
for (const [sentence, times] of figures.said) console.log(`  said ${times} times: ${sentence}`);
console.log(`failures: ${failures.length}`);
for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`);
process.exit(failures.length ? 1 : 0);
