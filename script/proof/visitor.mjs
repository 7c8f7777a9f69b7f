// Somebody who is signed in, as their browser speaks to Holdall: the calls of src/api/uploads.rs, parts, plain forms.

import { sha256 } from './content.mjs';
import { site } from './server.mjs';

/** The server was not there, or went away before it had answered: nobody knows what it did. */
export class NoAnswer extends Error {}

/** The server answered that this cannot be had now, or not at all. */
export class Refused extends Error {}

export class Visitor {
    cookie = '';

    /** `watch(kind)` is told when a request is sent; what it gives is called when the answer is there. */
    constructor(watch = () => () => {}) {
        this.watch = watch;
    }

    /** Makes the account, and is signed in. */
    async signUp(name) {
        const form = new URLSearchParams({ name, email: `${name}@example.org`, password: 'correct horse battery' });
        const { status, headers } = await this.ask('sign-up', '/sign-up', { method: 'POST', body: form });
        if (status !== 200) throw new Error(`signing up: ${status}`);
        this.cookie = headers.get('set-cookie').split(';')[0];
    }

    /** Sends a request and reads the answer to its end. */
    async ask(kind, address, { headers, ...options } = {}) {
        const answered = this.watch(kind);
        try {
            const url = new URL(address, site);
            // The store is sent no cookie.
            const own = url.origin === site ? { cookie: this.cookie, accept: 'application/json' } : {};
            const signal = AbortSignal.timeout(60_000);
            const answer = await fetch(url, { redirect: 'manual', signal, ...options, headers: { ...own, ...headers } });
            const body = Buffer.from(await answer.arrayBuffer());
            const expected = answer.headers.get('content-length');
            if (expected !== null && options.method !== 'HEAD' && +expected !== body.length) throw new Error('cut off');
            return { status: answer.status, headers: answer.headers, body };
        } catch (error) {
            throw new NoAnswer(`${kind} ${address}: ${error.cause?.code ?? error.message}`);
        } finally {
            answered();
        }
    }

    /** Calls a function of the server. */
    async call(name, argument = {}) {
        const kind = name.split('/').at(-1);
        const answer = await this.ask(kind, `/api/${name}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(argument),
        });
        if (answer.status !== 200) throw new Refused(`${name}: ${answer.status} ${answer.body}`);
        return JSON.parse(answer.body);
    }

    /** Calls a function for one item, and gives what it answers of that. */
    async callForOne(name, of, item) {
        const [answer] = await this.call(name, { [of]: [item] });
        if ('Err' in answer) throw new Refused(`${name}: ${JSON.stringify(answer.Err)}`);
        return answer.Ok;
    }

    create = (name, size) =>
        this.callForOne('uploads/create', 'files', { name, size, modified_ms: 0, folder: null, path: [] });
    sign = (upload, number, bytes) =>
        this.callForOne('uploads/sign', 'parts', { upload, number, sha256: sha256(bytes) });
    status = upload => this.callForOne('uploads/status', 'uploads', upload);
    complete = upload => this.callForOne('uploads/complete', 'uploads', upload);
    abort = upload => this.callForOne('uploads/abort', 'uploads', upload);
    unfinished = () => this.call('uploads/unfinished');

    /** Puts a part where signing said; where that leaves a choice, this way or that. */
    async put({ url, headers, instead }, bytes) {
        const sent = { method: 'PUT', headers: Object.fromEntries(headers), body: bytes };
        const [address, options] = instead && Math.random() < 0.3
            ? [instead, { ...sent, headers: { 'x-part-sha256': sha256(bytes) } }]
            : [url, sent];
        const { status, body } = await this.ask('part', address, options);
        if (status >= 300) throw new Refused(`a part at ${address.split('?')[0]}: ${status} ${body}`);
    }

    /** Sends a file by a form's field. */
    async form(kind, address, field, name, bytes) {
        const form = new FormData();
        form.append(field, new Blob([bytes]), name);
        const { status, body } = await this.ask(kind, address, { method: 'POST', body: form });
        if (status !== 200) throw new Refused(`${address}: ${status} ${body}`);
    }

    /** Every file where an account's files begin, of all pages. */
    async files() {
        const found = [];
        for (let place = 'Top'; place; ) {
            const { rows, below } = await this.call('files', { place });
            found.push(...rows.flatMap(row => row.File ?? []));
            const [kind, { id }] = Object.entries(rows.at(-1) ?? { File: {} })[0];
            place = below && { Below: { kind, id } };
        }
        return found;
    }

    /** The bytes of a file; its status where it has none. */
    async download(id) {
        const { status, body } = await this.ask('download', `/files/${id}/content`);
        return status === 200 ? body : status;
    }

    async remove(id) {
        const { status, body } = await this.ask('delete', `/files/${id}/delete`, { method: 'POST' });
        if (status !== 200) throw new Refused(`deleting ${id}: ${status} ${body}`);
    }

    /** The sums of the pictures that the account page shows. */
    async pictures() {
        const { status, body } = await this.ask('account', '/account', { headers: { accept: 'text/html' } });
        if (status !== 200) throw new Refused(`the account page: ${status}`);
        const sums = [];
        for (const address of new Set(body.toString().match(/\/media\/[a-z0-9/]+/g))) {
            const answer = await this.ask('picture', address);
            sums.push(answer.status === 200 ? sha256(answer.body) : `${answer.status} at ${address}`);
        }
        return sums.sort();
    }
}
