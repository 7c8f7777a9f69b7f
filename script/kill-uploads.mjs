// What script/kill-uploads does for one store. The settings of Holdall are in the environment.
//
//   node script/kill-uploads.mjs KILLS
//
// Exits with 1 where anything that was acknowledged is not so, or rows and objects have parted.

import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { multipartUploads, objects } from './proof/bucket.mjs';
import { COLOURS, busy, goOn, setAvatar } from './proof/busy.mjs';
import { AGE, Ledger } from './proof/ledger.mjs';
import { change, ready, rows, run } from './proof/server.mjs';
import { Refused, Visitor } from './proof/visitor.mjs';

const wanted = +process.argv[2];
const onBucket = process.env.HOLDALL_STORAGE === 's3';
const ACCOUNTS = 3;
const CLIENTS = 2;
/** How far time is moved on at the end: beyond everything that a sweep waits for. */
const LATER = 49 * 3600 * 1000;
const SETTINGS = { HOLDALL_UPLOAD_AGE: `${AGE / 1000} s` };
/** Requests amid or after which the server is killed, besides any moment, an idle one, and one while it starts. */
const KINDS = ['create', 'part', 'complete', 'complete', 'after complete', 'after complete', 'abort', 'form', 'delete', 'delete', 'avatar'];
/** States that a long run must have met at least so often. A folder begins no upload, so that nothing is pending there. */
const STATES = [...(onBucket ? ['pending'] : []), 'uploading', 'completing', 'stored, unverified', 'deleting', 'idle'];
const [LONG, OFTEN] = [200, 10];

const one = list => list[Math.floor(Math.random() * list.length)];
const failures = [];
const kills = [];
const refused = new Map();
const latency = new Map();
let round = { over: true };
let resumed = 0;

function check(fine, what) {
    if (!fine) failures.push(`after ${kills.length} kills: ${what}`);
    return fine;
}

/** Tells the round of each request, and how long each kind of them takes. */
function watch(kind) {
    const since = performance.now();
    const watched = round;
    const aim = (target, within) => {
        if (watched.target !== target || watched.armed) return;
        watched.armed = true;
        setTimeout(watched.strike, Math.random() * within);
    };
    aim(kind, 1.2 * (latency.get(kind) ?? 20));
    return () => {
        aim(`after ${kind}`, 20);
        const before = latency.get(kind) ?? 20;
        if (!watched.killed) latency.set(kind, before * 0.9 + (performance.now() - since) * 0.1);
    };
}

/** Starts the server, by either way for parts where there are two. */
function start() {
    const uploads = onBucket ? { HOLDALL_UPLOADS: one(['direct', 'app']) } : {};
    return run(['serve'], { ...SETTINGS, ...uploads });
}

/** The states in which a kill left rows that were not in them at the kill before. */
let before = new Set();
function met() {
    const found = rows(`
        SELECT id || state AS row, CASE WHEN state = 'stored' THEN 'stored, unverified' ELSE state END AS state FROM blobs
        WHERE (state <> 'stored' OR verified IS NULL) AND NOT (state = 'deleting' AND writable_until IS NOT NULL
            AND writable_until = (SELECT due FROM jobs WHERE kind = 'delete_blob' AND subject = blobs.id))
        UNION ALL SELECT key || state, 'picture ' || state FROM renditions WHERE state <> 'stored'`);
    const fresh = found.filter(({ row }) => !before.has(row)).map(({ state }) => state);
    before = new Set(found.map(({ row }) => row));
    return fresh.length ? new Set(fresh) : new Set(['idle']);
}

/** Keeps the server busy and kills it at some moment. */
async function kill(server, ledgers) {
    const target = one(['any', 'any', 'idle', ...KINDS]);
    const struck = new Promise(resolve => (round = { target, over: false, killed: false, deeds: 0, strike: resolve }));
    const clients = ledgers.flatMap(ledger => Array.from({ length: CLIENTS }, () => busy(ledger, round, refused)));
    // Whatever was aimed at may not come.
    const timer = setTimeout(round.strike, target === 'any' || target === 'idle' ? Math.random() * 800 : 1500);
    await Promise.race([struck, server.ended]);
    clearTimeout(timer);
    if (target === 'idle') {
        round.over = true;
        await Promise.all(clients);
    }
    Object.assign(round, { over: true, killed: true });
    server.child.kill('SIGKILL');
    const { code, said } = await server.ended;
    check(code === null, `the server ended by itself: ${code} ${said}`);
    await Promise.all(clients);
    kills.push({ target, deeds: round.deeds, states: met() });
    counted();
}

/** Used bytes and rows change together, so that they agree at any moment, before anything is repaired. */
function counted() {
    const wrong = rows(`SELECT email, used, counted, entries, there FROM (SELECT email, used, entries,
        (SELECT COALESCE(SUM(size), 0) FROM blobs WHERE account = a.id AND state <> 'deleting') AS counted,
        (SELECT COUNT(*) FROM entries WHERE account = a.id AND parent IS NOT NULL) AS there FROM accounts a)
        WHERE used <> counted OR entries <> there`);
    for (const { email, used, counted, entries, there } of wrong) {
        check(false, `${email} uses ${used} bytes in ${entries} entries, and has rows of ${counted} bytes and ${there} entries`);
    }
}

/** Starts the server; now and then it is killed before it is up. */
async function restart() {
    while (kills.length < wanted && Math.random() < 0.15) {
        const server = start();
        await pause(Math.random() * 300);
        server.child.kill('SIGKILL');
        const { code, said } = await server.ended;
        check(code === null, `the server does not start: ${code} ${said}`);
        kills.push({ target: 'start', deeds: 0, states: met() });
    }
    return up();
}

async function up() {
    const server = start();
    await ready(server);
    return server;
}

/** Takes up one unfinished upload of those that are listed and sends it to its end. */
async function resume(ledger) {
    const upload = one(ledger.open().filter(upload => !upload.completing));
    if (!upload) return;
    try {
        const done = await goOn(ledger, upload, true);
        resumed += check(done, `${upload.id} cannot be resumed to its end`) ? 1 : 0;
        if (done) await ledger.compare(ledger.files.get(upload.name));
    } catch (error) {
        // One whose time had come has been looked at already.
        if (!(error instanceof Refused)) throw error;
        check(upload.state === 'gone', `resuming: ${error.message}`);
    }
}

/** Whom the server is kept busy by, and what their pictures look like once Holdall has made them. */
async function people() {
    const colours = new Map([['none', '']]);
    const ledgers = [];
    for (let number = 0; number < ACCOUNTS; number++) {
        const visitor = new Visitor(watch);
        await visitor.signUp(`visitor${number}`);
        ledgers.push(new Ledger(visitor, colours, check));
        ledgers.at(-1).avatar.kept = 'none';
    }
    const [{ visitor, avatar }] = ledgers;
    for (const colour of Object.keys(COLOURS)) {
        await setAvatar(visitor, colour);
        colours.set(colour, (await visitor.pictures()).join());
        avatar.kept = colour;
    }
    if (new Set(colours.values()).size !== colours.size) throw new Error('the pictures cannot be told apart');
    return ledgers;
}

async function sweep(words) {
    const { code, said } = await run(['sweep', ...words], SETTINGS).ended;
    check(code === 0, `holdall sweep ${words.join(' ')}: ${code}\n${said}`);
}

/** Every file below a folder, with its size in bytes. */
function below(folder) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
    return new Map(files.map(entry => {
        const path = join(entry.parentPath ?? entry.path, entry.name);
        return [path.slice(folder.length + 1), statSync(path).size];
    }));
}

const files = join(process.env.HOLDALL_DATA, 'files');

/** What lies in a location, by key. */
async function stored(location) {
    if (!onBucket) return below(join(files, location));
    return new Map([...(await objects(`${location}/`))].map(([name, size]) => [name.slice(location.length + 1), size]));
}

/** Moves time on: what was to happen later is to happen now. */
function later() {
    change(`UPDATE blobs SET writable_until = writable_until - ${LATER};
        UPDATE jobs SET due = due - ${LATER}, lease_until = lease_until - ${LATER};
        UPDATE orphans SET first_seen = first_seen - ${LATER}`);
    if (onBucket) return;
    const then = (Date.now() - LATER) / 1000;
    for (const path of below(join(files, 'tmp')).keys()) utimesSync(join(files, 'tmp', path), then, then);
}

/** Compares rows and objects by our own hand. */
async function compareAll(ledgers) {
    const blobs = rows('SELECT * FROM blobs');
    const pictures = rows('SELECT * FROM renditions');
    for (const { id, state, verified, damage } of blobs) check(state === 'stored' && verified && !damage, `blob ${id} is ${state}, verified ${verified}, ${damage ?? 'not damaged'}`);
    for (const { key, state } of pictures) check(state === 'stored', `picture ${key} is ${state}`);
    const [inPrivate, inMedia] = [await stored('private'), await stored('media')];
    check(inPrivate.delete('.holdall-instance'), 'the mark of the site is not there');
    for (const { key, size } of blobs) check(inPrivate.get(key) === size, `a row has ${key} with ${size} bytes, the store has ${inPrivate.get(key)}`);
    // What a start tries strangers with has no row: one that was killed then leaves it, and a start an hour later takes it.
    const canaries = [...inPrivate.keys()].filter(key => /^\.canary\/[0-9a-v]{26}$/.test(key));
    for (const key of canaries) inPrivate.delete(key);
    check(canaries.length <= kills.length, `${canaries.length} canaries of ${kills.length} kills`);
    for (const key of inPrivate.keys()) check(blobs.some(row => row.key === key), `no row has private/${key}`);
    for (const { key } of pictures) check(inMedia.has(key), `a row has the picture ${key}, the store has not`);
    for (const key of inMedia.keys()) check(pictures.some(row => row.key === key), `no row has media/${key}`);
    const left = onBucket ? await multipartUploads() : [...below(join(files, 'tmp')).keys()];
    check(left.length === 0, `unfinished in the store: ${left}`);
    for (const table of ['uploads', 'parts', 'jobs', 'orphans']) check(rows(`SELECT * FROM ${table}`).length === 0, `there are rows in ${table}`);
    const apart = rows(`SELECT id FROM blobs WHERE id NOT IN (SELECT blob FROM entries WHERE blob IS NOT NULL)`);
    check(apart.length === 0, `no file has these blobs: ${apart.map(({ id }) => id)}`);
    for (const [number, ledger] of ledgers.entries()) {
        const [{ used, counted }] = rows(`SELECT used, (SELECT COALESCE(SUM(size), 0) FROM blobs WHERE account = a.id) AS counted
            FROM accounts a WHERE email = 'visitor${number}@example.org'`);
        const known = ledger.in('kept').reduce((sum, { size }) => sum + size, 0);
        check(used === counted && used === known, `visitor${number} uses ${used} bytes, has rows of ${counted} and files of ${known}`);
    }
    return { blobs: blobs.length, pictures: pictures.length, canaries: canaries.length };
}

function report(counts, ledgers) {
    const tally = list => {
        const sums = new Map();
        for (const word of list) sums.set(word, (sums.get(word) ?? 0) + 1);
        return [...sums].sort().map(([word, sum]) => `${word} ${sum}`).join(', ');
    };
    for (const state of wanted < LONG ? [] : STATES) {
        const times = kills.filter(({ states }) => states.has(state)).length;
        check(times >= OFTEN, `only ${times} kills met “${state}”`);
    }
    const sum = of => ledgers.reduce((sum, ledger) => sum + of(ledger), 0);
    console.log(`${onBucket ? 'bucket' : 'folder'}: ${kills.length} kills, aimed at: ${tally(kills.map(({ target }) => target))}`);
    console.log(`kills that met rows which had just come to a state: ${tally(kills.flatMap(({ states }) => [...states]))}`);
    console.log(`done between kills: ${kills.reduce((sum, { deeds }) => sum + deeds, 0)} deeds; refused: ${tally([...refused].flatMap(([deed, times]) => Array(times).fill(deed))) || 'none'}`);
    console.log(`files sent: ${sum(({ files }) => files.size)}, kept at the end: ${sum(ledger => ledger.in('kept').length)}, deleted: ${sum(ledger => ledger.in('gone').length)}`);
    console.log(`uploads in parts: ${sum(({ uploads }) => uploads.size)}; resumed to the end right after a kill: ${resumed}`);
    console.log(`files compared byte for byte: ${sum(({ compared }) => compared)} times; at the end ${counts.blobs} blobs and ${counts.pictures} pictures with their objects, ${counts.canaries} canaries of killed starts`);
    console.log(`failures: ${failures.length}`);
    for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`);
    return failures.length ? 1 : 0;
}

let server = await up();
const ledgers = await people();
while (kills.length < wanted) {
    await kill(server, ledgers);
    server = await restart();
    await Promise.all(ledgers.map(ledger => ledger.reconcile()));
    await resume(one(ledgers));
}
server.child.kill('SIGTERM');
check((await server.ended).code === 0, 'the server does not end well');

const [{ until }] = rows(`SELECT MAX(MAX(due, COALESCE(lease_until, 0))) AS until FROM jobs WHERE kind IN ('complete_upload', 'expire_upload')`);
await pause(Math.max(0, (until ?? 0) + 100 - Date.now()));
await sweep(['--repair']);
const waiting = rows(`SELECT id, state FROM blobs WHERE state NOT IN ('stored', 'deleting')`);
check(waiting.length === 0, `after their age and a sweep: ${JSON.stringify(waiting)}`);
later();
await sweep(['--repair', '--verify']);

server = await up();
for (const ledger of ledgers) {
    await ledger.reconcile();
    for (const file of ledger.in('kept')) await ledger.compare(file);
}
server.child.kill('SIGTERM');
await server.ended;
const code = report(await compareAll(ledgers), ledgers);
process.exit(code);
