// What one account was told, and what must therefore be true after the server was killed.

import { content } from './content.mjs';

/** How long an upload that is left alone is kept, in milliseconds. */
export const AGE = 8_000;

export class Ledger {
    // By name; `state`: sent (nobody knows), kept (acknowledged), leaving (deletion sent), gone (deletion acknowledged).
    files = new Map();
    // By id; `state`: open, leaving (giving up was sent), gone. `arrived`: numbers of acknowledged parts. `touched`: when
    // the last request that keeps it alive and was answered had been sent. `busy`: somebody is at it.
    uploads = new Map();
    // The colour that was acknowledged last, and those sent since.
    avatar = { kept: undefined, sent: [] };
    compared = 0;

    constructor(visitor, colours, check) {
        Object.assign(this, { visitor, colours, check });
    }

    /** Files in a state. */
    in(state) {
        return [...this.files.values()].filter(file => file.state === state);
    }

    /** Uploads that somebody may go on with. */
    open() {
        return [...this.uploads.values()].filter(upload => upload.state === 'open' && !upload.busy);
    }

    began(upload, since) {
        const known = { ...upload, numbers: Math.ceil(upload.size / upload.part_size), arrived: new Set(), state: 'open', touched: since };
        this.uploads.set(upload.id, known);
        return known;
    }

    /** Compares a file's bytes with what they must be. */
    async compare(file) {
        const found = await this.visitor.download(file.id);
        const same = Buffer.isBuffer(found) && found.equals(content(file.name, file.size));
        // Somebody else may have deleted it meanwhile.
        if (file.state === 'kept') this.check(same, `${file.name} (${file.id}): ${Buffer.isBuffer(found) ? `${found.length} other bytes` : found}`);
        this.compared += 1;
    }

    /** Compares all that the server shows with what it has acknowledged; nothing may be under way. */
    async reconcile() {
        const unfinished = new Map((await this.visitor.unfinished()).map(upload => [upload.id, upload]));
        // A completion that a sweep takes up moves an upload from the one list to the other: this one is asked later.
        const files = new Map((await this.visitor.files()).map(file => [file.name, file]));
        const fresh = this.reconcileFiles(files);
        await this.reconcileUploads(unfinished, files);
        for (const file of fresh) await this.compare(file);
        await this.reconcileAvatar();
    }

    reconcileFiles(listed) {
        const fresh = [];
        for (const { name, id, size, check } of listed.values()) {
            const file = this.files.get(name);
            if (!this.check(file, `${name} (${id}) is listed and nobody has sent it`)) continue;
            this.check(file.state !== 'gone', `${name} (${id}) is back after its deletion was acknowledged`);
            this.check(file.size === size && (file.id ?? id) === id, `${name} is listed as ${id} with ${size} bytes, not ${file.id} with ${file.size}`);
            this.check(check !== 'Damaged', `${name} (${id}) is said to be damaged`);
            if (!file.fresh && file.state === 'kept') continue;
            Object.assign(file, { id, state: 'kept', fresh: false });
            fresh.push(file);
        }
        for (const file of this.files.values()) {
            if (listed.has(file.name)) continue;
            this.check(file.state !== 'kept', `${file.name} (${file.id}) was acknowledged and is not listed`);
            if (file.state === 'leaving') file.state = 'gone';
        }
        return fresh;
    }

    async reconcileUploads(listed, files) {
        const now = Date.now();
        for (const upload of listed.values()) {
            const file = this.files.get(upload.name);
            if (!this.check(file?.size === upload.size, `upload ${upload.id} of ${upload.name} is listed and nobody began it`)) continue;
            // What was begun without an answer is told apart by its name.
            const known = this.uploads.get(upload.id) ?? this.began(upload, 0);
            this.check(known.state !== 'gone', `upload ${upload.id} is back after it was given up`);
            Object.assign(known, { state: 'open', busy: false, completing: upload.state === 'Completing' });
        }
        for (const upload of this.uploads.values()) {
            if (listed.has(upload.id) || upload.state === 'gone') continue;
            // It has become a file, or it was given up, or its time had come.
            const had = files.has(upload.name) || upload.state === 'leaving' || now - upload.touched >= AGE;
            this.check(had, `upload ${upload.id} of ${upload.name} is not listed ${now - upload.touched} ms after its last part`);
            upload.state = 'gone';
        }
        for (const id of listed.keys()) await this.reconcileParts(this.uploads.get(id), now);
    }

    async reconcileParts(upload, since) {
        if (!upload || upload.completing) return;
        const [answer] = await this.visitor.call('uploads/status', { uploads: [upload.id] });
        if (!answer.Ok) {
            const over = Date.now() - upload.touched >= AGE;
            this.check(over || since - upload.touched >= AGE, `the status of ${upload.id}: ${JSON.stringify(answer.Err)}`);
            return;
        }
        const arrived = new Set(answer.Ok.arrived.map(part => part.number));
        for (const number of upload.arrived) this.check(arrived.has(number), `part ${number} of ${upload.id} was acknowledged and is not there`);
        upload.arrived = arrived;
    }

    async reconcileAvatar() {
        const shown = (await this.visitor.pictures()).join();
        const colour = [...this.colours].find(([, sums]) => sums === shown)?.[0];
        const { kept, sent } = this.avatar;
        this.check(colour === kept || (colour !== undefined && sent.includes(colour)), `the avatar is ${colour ?? `none of ours (${shown})`}, ${kept} was acknowledged`);
        this.avatar = { kept: colour, sent: [] };
    }
}
