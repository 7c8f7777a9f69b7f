// What keeps the server busy: several people at once, each doing one thing after another, until the server goes away.

import { content, picture } from './content.mjs';
import { AGE } from './ledger.mjs';
import { NoAnswer, Refused } from './visitor.mjs';

/** Colours of avatars by their names. */
export const COLOURS = { red: [200, 30, 30], green: [30, 160, 60], blue: [40, 60, 200] };
/** How many uploads an account leaves lying, and how many files it keeps. */
const [OPEN, FILES] = [6, 24];

const MIB = 1 << 20;
const one = list => list[Math.floor(Math.random() * list.length)];
const between = (least, most) => least + Math.floor(Math.random() * (most - least));
const chance = part => Math.random() < part;

let number = 0;

/** A new file's name and size: many are small, some have several parts, some have none. */
function newFile(ledger) {
    const size = one([0, 1, between(2, 4096), between(4096, MIB), between(4096, MIB), between(4096, MIB), 8 * MIB, 8 * MIB + 1, between(9 * MIB, 17 * MIB)]);
    const file = { name: `file ${++number}.bin`, size, state: 'sent', fresh: true };
    ledger.files.set(file.name, file);
    return file;
}

/** An upload that is not there any more may have had its time; nothing else may have become of it. */
function gone(ledger, upload, error) {
    if (!(error instanceof Refused) || !/"NotFound"|: 404/.test(error.message)) return;
    ledger.check(Date.now() - upload.touched >= AGE, `upload ${upload.id}: ${error.message} ${Date.now() - upload.touched} ms after its last part`);
    upload.state = 'gone';
}

/** Sends what is missing of an upload, or some of it, and completes it. */
export async function goOn(ledger, upload, toTheEnd) {
    const { visitor } = ledger;
    upload.busy = true;
    try {
        const bytes = content(upload.name, upload.size);
        for (let number = 1; number <= upload.numbers; number++) {
            if (upload.arrived.has(number)) continue;
            if (!toTheEnd && chance(0.15)) return false;
            const part = bytes.subarray((number - 1) * upload.part_size, number * upload.part_size);
            const since = Date.now();
            const signed = await visitor.sign(upload.id, number, part);
            upload.touched = since;
            if (!signed.arrived) await visitor.put(signed, part);
            upload.arrived.add(number);
        }
        const completed = await visitor.complete(upload.id);
        ledger.check(!completed.Missing, `${upload.id} lacks ${completed.Missing} though all its parts were acknowledged`);
        if (!completed.File) return false;
        upload.state = 'gone';
        const file = ledger.files.get(upload.name);
        ledger.check(completed.File.name === file.name, `${file.name} became ${completed.File.name}`);
        Object.assign(file, { id: completed.File.id, state: 'kept', fresh: true });
        return true;
    } catch (error) {
        gone(ledger, upload, error);
        throw error;
    } finally {
        upload.busy = false;
    }
}

const deeds = {
    async parts(ledger) {
        const file = newFile(ledger);
        const since = Date.now();
        const upload = ledger.began(await ledger.visitor.create(file.name, file.size), since);
        await goOn(ledger, upload, chance(0.6));
    },
    async goOn(ledger) {
        const upload = one(ledger.open());
        if (upload) await goOn(ledger, upload, chance(0.6));
    },
    async giveUp(ledger) {
        const upload = one(ledger.open());
        if (!upload || ledger.open().length < OPEN / 2) return;
        upload.state = 'leaving';
        try {
            await ledger.visitor.abort(upload.id);
            upload.state = 'gone';
        } catch (error) {
            if (error instanceof Refused) upload.state = 'open';
            gone(ledger, upload, error);
            throw error;
        }
    },
    async form(ledger) {
        const file = newFile(ledger);
        await ledger.visitor.form('form', '/files', 'files', file.name, content(file.name, file.size));
        const { id } = (await ledger.visitor.files()).find(row => row.name === file.name) ?? {};
        if (ledger.check(id, `${file.name} was acknowledged and is not listed`)) Object.assign(file, { id, state: 'kept' });
    },
    async remove(ledger) {
        const file = one(ledger.in('kept'));
        if (!file) return;
        file.state = 'leaving';
        await ledger.visitor.remove(file.id);
        file.state = 'gone';
        ledger.check(await ledger.visitor.download(file.id) === 404, `${file.name} can be had after its deletion was acknowledged`);
    },
    async read(ledger) {
        const file = one(ledger.in('kept'));
        if (file) await ledger.compare(file);
    },
    async avatar(ledger) {
        // One after another: of two at once nobody knows which one stays.
        const { avatar } = ledger;
        if (avatar.busy) return;
        avatar.busy = true;
        const colour = chance(0.15) ? 'none' : one(Object.keys(COLOURS));
        avatar.sent.push(colour);
        try {
            await setAvatar(ledger.visitor, colour);
            Object.assign(avatar, { kept: colour, sent: [] });
        } finally {
            avatar.busy = false;
        }
    },
};

/** Makes a picture of that colour the account's avatar. */
export async function setAvatar(visitor, colour) {
    if (COLOURS[colour]) return visitor.form('avatar', '/account/avatar', 'avatar', 'me.png', picture(COLOURS[colour]));
    const { status } = await visitor.ask('avatar', '/account/avatar/remove', { method: 'POST' });
    if (status !== 200) throw new Refused(`taking the avatar away: ${status}`);
}

function next(ledger) {
    if (ledger.in('kept').length > FILES) return 'remove';
    if (ledger.open().length > OPEN) return one(['goOn', 'giveUp']);
    return one(['parts', 'parts', 'parts', 'goOn', 'giveUp', 'form', 'form', 'remove', 'remove', 'read', 'avatar']);
}

/** Does one thing after another until the round is over or the server has gone. `refused` counts what it could not have. */
export async function busy(ledger, round, refused) {
    while (!round.over) {
        const deed = next(ledger);
        try {
            await deeds[deed](ledger);
            round.deeds += 1;
        } catch (error) {
            if (error instanceof NoAnswer) {
                ledger.check(round.killed, error.message);
                return;
            }
            if (!(error instanceof Refused)) throw error;
            ledger.check(!/: 5(?!03)\d\d /.test(error.message), error.message);
            refused.set(deed, (refused.get(deed) ?? 0) + 1);
        }
    }
}
