// What script/kill-publish does once Garage and the older Holdall run. The settings of both are in the environment.
//
//   node script/kill-publish.mjs ADDRESS-OF-THE-OLDER BINARY...
//
// The first of the newer binaries is published undisturbed and shows how long that takes; each other one is killed.

import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { objects } from './proof/bucket.mjs';
import { sha256 } from './proof/content.mjs';

const [older, first, ...others] = process.argv.slice(2);
const newer = `http://${process.env.LEPTOS_SITE_ADDR}`;
const failures = [];

function check(fine, what) {
    if (!fine) failures.push(what);
    return fine;
}

/** Runs a command of Holdall, for a minute at most. */
function run(binary, words, settings = {}) {
    const env = { ...process.env, HOLDALL_PUBLISH: 'manual', ...settings };
    const child = spawn(binary, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (said += text));
    const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
    const ended = new Promise(resolve => child.on('close', (code, signal) => {
        clearTimeout(timer);
        resolve({ code, signal, said });
    }));
    return { child, ended };
}

/** Publishes by a way to the store of its own, and is killed, as by a power cut, once that many files were begun to be sent. */
async function killed(binary, moment) {
    const store = new URL(process.env.AWS_ENDPOINT_URL_S3);
    let begun = 0;
    const way = createServer(client => {
        const server = connect(+store.port, store.hostname);
        client.on('data', bytes => {
            if (bytes.subarray(0, 4).toString() === 'PUT ') begun += 1;
            server.write(bytes);
            if (begun >= moment) child.kill('SIGKILL');
        });
        server.pipe(client);
        client.on('close', () => server.end()).on('error', () => server.destroy());
        server.on('error', () => client.destroy());
    });
    await new Promise(resolve => way.listen(0, '127.0.0.1', resolve));
    const { child, ended } = run(binary, ['publish'], { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${way.address().port}` });
    await ended;
    way.close();
}

/** What the bucket has under static/: a map from releases to their paths. Asked by our own hand and not by Holdall's. */
async function releases() {
    const found = new Map();
    for (const key of (await objects('static/')).keys()) {
        const [, release, file] = /^static\/([^/]+)\/(.+)$/.exec(key) ?? [];
        if (release) found.set(release, [...(found.get(release) ?? []), file]);
    }
    return found;
}

/** The same once nothing is on its way any more: the store finishes what a process had sent before it was killed. */
async function settled() {
    for (let last = await releases(); ; ) {
        await pause(50);
        const now = await releases();
        if (JSON.stringify([...now]) === JSON.stringify([...last])) return now;
        last = now;
    }
}

/** Loads a page and gives the addresses of the release's files that it names. */
async function named(site, page, cookie = '') {
    const answer = await fetch(site + page, { headers: { cookie } });
    const addresses = [...(await answer.text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, address]) => address);
    check(answer.status === 200 && addresses.length > 1, `${site}${page}: ${answer.status}, names ${addresses.length} files`);
    return addresses;
}

/** Loads a file of a release and gives the hash of its bytes. */
async function loaded(site, address) {
    const answer = await fetch(site + address);
    check(answer.status === 200, `${site}${address}: ${answer.status}`);
    return sha256(new Uint8Array(await answer.arrayBuffer()));
}

const reader = { seen: new Map(), pages: 0, files: 0, over: false };

/** Reads the pages of the older Holdall, and every file they name, again and again. */
async function read() {
    const form = new URLSearchParams({ name: 'Reader', email: 'reader@example.org', password: 'correct horse battery' });
    const signUp = await fetch(`${older}/sign-up`, { method: 'POST', body: form, redirect: 'manual' });
    const cookie = (signUp.headers.get('set-cookie') ?? '').split(';')[0];
    let release;
    while (!reader.over) {
        for (const page of ['/sign-in', '/files']) {
            const addresses = await named(older, page, page === '/files' ? cookie : '');
            reader.pages += 1;
            for (const address of addresses) {
                release ??= address.split('/')[2];
                check(address.split('/')[2] === release, `${page} of ${release} names ${address}`);
                const hash = await loaded(older, address);
                if (!reader.seen.has(address)) reader.seen.set(address, hash);
                check(reader.seen.get(address) === hash, `${address} has changed`);
                reader.files += 1;
            }
        }
        reader.begun?.();
    }
}

/** Starts a newer Holdall, which must take its own release and know the older one's files too. */
async function serves(binary, release) {
    const { child, ended } = run(binary, ['serve']);
    let code;
    void ended.then(end => (code = end.code ?? 'killed'));
    const ready = () => fetch(`${newer}/health/ready`).then(answer => answer.ok, () => false);
    while (code === undefined && !(await ready())) await pause(50);
    if (!check(code === undefined, `${release} is whole, and serve ends: ${code}`)) return;
    const own = await named(newer, '/sign-in');
    for (const address of own) {
        check(address.split('/')[2] === release, `a page of ${release} names ${address}`);
        await loaded(newer, address);
    }
    for (const [address, hash] of reader.seen) {
        check(await loaded(newer, address) === hash, `${address} is another at the newer server`);
    }
    child.kill('SIGTERM');
    check((await ended).code === 0, `serve of ${release} does not end well`);
}

function inTheMiddle({ written, marked }) {
    return written > 0 && !marked;
}

/** Prints the figures and gives the exit code. */
function report() {
    const objects = kills.map(({ written, marked }) => (marked ? `${written} (whole)` : written));
    console.log(`a publishing: ${files} files in ${Math.round(whole)} ms; again with nothing new: ${Math.round(idle)} ms`);
    console.log(`kills: ${kills.length}, ${kills.filter(inTheMiddle).length} of them while files were being written`);
    console.log(`objects in the bucket after each: ${objects.join(', ')}`);
    console.log(`serve refused an unfinished release: ${kills.filter(({ marked }) => !marked).length} times`);
    console.log(`the reader: ${reader.pages} pages and ${reader.files} files of the older release`);
    console.log(`failures: ${failures.length}`);
    for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`);
    return failures.length ? 1 : 0;
}

const begun = new Promise(resolve => (reader.begun = resolve));
const reading = read();
await begun;

/** Publishes to the end: the release, how many files were written and were there, and how long it took. */
async function published(binary) {
    const since = performance.now();
    const { said } = await run(binary, ['publish']).ended;
    const [, release, written, there] = /Release (\S+) is published: (\d+) files written, (\d+) were there/.exec(said) ?? [];
    if (!release) throw new Error(`a release cannot be published to its end: ${said}`);
    return { release, written: +written, there: +there, time: performance.now() - since };
}

const kills = [];
const { written: files, time: whole } = await published(first);
const { written: again, time: idle } = await published(first);
check(files > 0 && again === 0, `${files} files were written, and ${again} of them again`);

for (const binary of others) {
    const before = await releases();
    // At the listing, at any file, or at the mark.
    await killed(binary, Math.floor(Math.random() * (files + 2)));
    const after = [...(await settled())].filter(([release]) => !before.has(release));
    check(after.length <= 1, `one publishing made ${after.length} releases`);
    const [release, paths] = after[0] ?? [undefined, []];
    const marked = paths.includes('release.json');
    kills.push({ written: paths.length, marked });
    if (marked) {
        check(paths.length === files + 1, `${release} has its mark and ${paths.length} objects`);
    } else {
        const { code, said } = await run(binary, ['serve']).ended;
        const refused = /release (\S+) is not in the bucket/.exec(said);
        check(code === 1 && refused && (release ?? refused[1]) === refused[1], `serve without a whole release: ${code}, ${said}`);
    }
    const end = await published(binary);
    check(end.written + end.there === files, `publishing again wrote ${end.written}, and ${end.there} of ${files} were there`);
    const now = (await releases()).get(end.release) ?? [];
    check(now.length === files + 1 && now.includes('release.json'), `${end.release} has ${now.length} objects after all`);
    await serves(binary, end.release);
}
reader.over = true;
await reading;

const { said: list } = await run(first, ['publish', '--list']).ended;
const [counted, all] = [list.split('\twhole').length - 1, (await releases()).size];
check(counted === all && all === others.length + 2, `${counted} of ${all} releases are listed as whole: ${list}`);
check(kills.some(inTheMiddle), 'no kill came while files were being written');
process.exit(report());
