// What script/sync-order does. The settings of Holdall are in the environment.
//
//   node script/sync-order.mjs TRACE-TO-WRITE
//
// Exits with 1 where anything comes before what must come first.

import { readFileSync } from 'node:fs';
import { content } from './proof/content.mjs';
import { ready, rows, start } from './proof/server.mjs';
import { Trace } from './proof/trace.mjs';
import { Visitor } from './proof/visitor.mjs';

const path = process.argv[2];
const failures = [];

/** Checks that each of these is there and over before the next begins. */
function inOrder(what, events) {
    for (const [number, { name, event }] of events.entries()) {
        const earlier = events[number - 1];
        if (!event) failures.push(`${what}: there is no ${name}`);
        else if (earlier?.event && earlier.event.end >= event.begin) failures.push(`${what}: ${name} (line ${event.begin}) does not come after ${earlier.name} (line ${earlier.event.end})`);
    }
    console.log(`${what}: ${events.map(({ name, event }) => `${name} ${event?.end ?? '-'}`).join(' → ')}`);
}

/** From the last byte of an object to the answer. `request` is what the answer was to. */
function stored(trace, what, key, request, wasIn) {
    const begun = trace.request(request);
    const linked = trace.first(({ call, text }) => call === 'linkat' && text.includes(`/private/${key}"`));
    const written = trace.last(event => event.writes(wasIn(linked)), linked?.begin);
    const folder = key.split('/')[0];
    const row = trace.first(event => event.writes('/holdall.db-wal') && event.says(key, 'stored'), 0);
    const synced = event => trace.first(event, linked?.end);
    for (const place of [`/private/${folder}`, '/private']) {
        inOrder(`${what}, the folder ${place.replace(folder, '…')}`, [
            { name: 'linked', event: linked },
            { name: 'folder synced', event: synced(event => event.syncs(place)) },
            { name: 'row “stored” written', event: row },
        ]);
    }
    inOrder(what, [
        { name: 'last byte written', event: written },
        { name: 'file synced', event: trace.first(event => event.syncs(wasIn(linked)), written?.end) },
        { name: 'linked', event: linked },
        { name: 'row “stored” written', event: row },
        { name: 'row synced', event: trace.first(event => event.syncs('/holdall.db-wal'), row?.end) },
        { name: 'answered', event: trace.answer(begun) },
    ]);
}

/** From the last byte of a part to the answer, which begins after that line; gives the answer's. */
function arrived(trace, what, name, request, after) {
    const begun = trace.request(request, after);
    const answer = trace.answer(begun);
    const written = trace.last(event => event.writes(name), answer?.begin);
    const file = trace.first(event => event.syncs(name), written?.end);
    inOrder(what, [
        { name: 'asked', event: begun },
        { name: 'last byte written', event: written },
        { name: 'file synced', event: file },
        { name: 'row synced', event: trace.first(event => event.syncs('/holdall.db-wal'), file?.end) },
        { name: 'answered', event: answer },
    ]);
    return answer?.end;
}

const calls = 'fsync,fdatasync,write,pwrite64,writev,sendto,sendmsg,linkat,recvfrom,read';
const server = start('strace', ['-f', '-y', '-s', '4200', '-e', `trace=${calls}`, '-o', path, process.env.HOLDALL_BINARY, 'serve']);
await ready(server);
const [traced] = readFileSync(`/proc/${server.child.pid}/task/${server.child.pid}/children`, 'utf8').trim().split(' ');
process.on('exit', () => server.child.exitCode ?? process.kill(traced, 'SIGKILL'));

const visitor = new Visitor();
await visitor.signUp('visitor');
await visitor.form('form', '/files', 'files', 'by form.bin', content('by form', 3000));
const whole = content('in parts', (8 << 20) + 5000);
const upload = await visitor.create('in parts.bin', whole.length);
for (let number = 1; number <= 2; number++) {
    const bytes = whole.subarray((number - 1) * upload.part_size, number * upload.part_size);
    await visitor.put(await visitor.sign(upload.id, number, bytes), bytes);
}
const done = await visitor.complete(upload.id);
if (!done.File) throw new Error(`the upload is not complete: ${JSON.stringify(done)}`);
process.kill(traced, 'SIGTERM');
const { code } = await server.ended;
if (code !== 0) failures.push(`the server does not end well: ${code}`);

const trace = new Trace(readFileSync(path, 'latin1'));
const keys = new Map(rows('SELECT e.name, b.key FROM entries e JOIN blobs b ON b.id = e.blob').map(({ name, key }) => [name, key]));
const temporary = linked => linked?.text.match(/"[^"]*(\/tmp\/[^"]+)"/)?.[1] ?? 'what was not linked';
stored(trace, 'a file by a form', keys.get('by form.bin'), 'POST /files HTTP', temporary);
const inParts = keys.get('in parts.bin');
const unfinished = `/tmp/parts/${inParts.split('/')[1]}`;
let line = 0;
for (const number of [1, 2]) line = arrived(trace, `part ${number}`, unfinished, `PUT /uploads/${upload.id}/parts/${number} `, line);
stored(trace, 'a file in parts', inParts, 'POST /api/uploads/complete ', temporary);

for (const failure of failures) console.log(`WRONG: ${failure}`);
process.exit(failures.length ? 1 : 0);
