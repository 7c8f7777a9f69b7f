// A signed-in visitor without a browser: calls those functions of `src/api` that the proofs need.

import { createHash } from 'node:crypto';

import type { BrowserContext } from '@playwright/test';

export interface FileRow {
    id: string;
    name: string;
    check: 'Waiting' | 'Verified' | 'Damaged' | 'Mismatched';
}

type Row = { File: FileRow } | { Folder: { id: string } };

export interface Upload {
    id: string;
    part_size: number;
}

export interface SignedPart {
    url: string;
    headers: [string, string][];
}

type Answer<T> = { Ok: T } | { Err: unknown };

export class Visitor {
    constructor(readonly site: string, readonly cookie: string) {}

    /** Signs up. */
    static async signedUp(site: string, name: string): Promise<Visitor> {
        const form = new URLSearchParams({ name, email: `${name}@example.org`, password: 'correct horse battery' });
        const answer = await new Visitor(site, '').ask('/sign-up', { method: 'POST', body: form });
        return new Visitor(site, answer.headers.get('set-cookie')!.split(';')[0]);
    }

    /** The visitor who is signed in in this browser profile. */
    static async of(site: string, profile: BrowserContext): Promise<Visitor> {
        return new Visitor(site, (await profile.cookies()).map(({ name, value }) => `${name}=${value}`).join('; '));
    }

    private async ask(path: string, { headers, ...options }: RequestInit = {}): Promise<Response> {
        const own = { cookie: this.cookie, accept: 'application/json', ...(headers as Record<string, string>) };
        const answer = await fetch(new URL(path, this.site), { redirect: 'manual', ...options, headers: own });
        if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
        return answer;
    }

    /** Calls a server function. */
    private async call<T>(name: string, argument: object): Promise<T> {
        const headers = { 'content-type': 'application/json' };
        const signal = AbortSignal.timeout(60_000);
        const answer = await this.ask(`/api/${name}`, { method: 'POST', headers, body: JSON.stringify(argument), signal });
        return (await answer.json()) as T;
    }

    /** Calls a server function that returns one result for each item. */
    private async callForEach<T>(name: string, argument: object): Promise<T[]> {
        return (await this.call<Answer<T>[]>(name, argument)).map(answer => {
            if ('Err' in answer) throw new Error(`${name}: ${JSON.stringify(answer.Err)}`);
            return answer.Ok;
        });
    }

    async create(name: string, size: number): Promise<Upload> {
        const files = [{ name, size, modified_ms: 0, folder: null, path: [] }];
        return (await this.callForEach<Upload>('uploads/create', { files }))[0];
    }

    sign(parts: { upload: string; number: number; sha256: string }[]): Promise<SignedPart[]> {
        return this.callForEach('uploads/sign', { parts });
    }

    /** Completes an upload, all parts of which have arrived. */
    async complete(upload: string) {
        const [completed] = await this.callForEach<object>('uploads/complete', { uploads: [upload] });
        if (!('File' in completed)) throw new Error(`completing: ${JSON.stringify(completed)}`);
    }

    /** All files in the account's root folder, from all pages of the list. */
    async files(): Promise<FileRow[]> {
        const found: FileRow[] = [];
        for (let position: unknown = 'Top'; ; ) {
            const { rows, below } = await this.call<{ rows: Row[]; below: boolean }>('files', { position });
            found.push(...rows.flatMap(row => ('File' in row ? row.File : [])));
            if (!below) return found;
            const [[kind, { id }]] = Object.entries(rows.at(-1) as Record<string, { id: string }>);
            position = { Below: { kind, id } };
        }
    }

    /** The SHA-256 that the server computed when it verified a file; undefined before that. */
    async verified({ id }: FileRow): Promise<string | undefined> {
        const { row, sha256 } = await this.call<{ row: FileRow; sha256?: string }>('file', { id });
        return row.check === 'Verified' ? sha256 : undefined;
    }

    /** The SHA-256 of a file's downloaded content. */
    async download(id: string): Promise<string> {
        const { body } = await this.ask(`/files/${id}/content`);
        const hash = createHash('sha256');
        for await (const chunk of body!) hash.update(chunk);
        return hash.digest('hex');
    }

    /** Deletes a file for ever: into the trash, and out of it. */
    async remove(id: string) {
        await this.ask(`/files/${id}/delete`, { method: 'POST' });
        await this.ask(`/trash/${id}/delete`, { method: 'POST' });
    }
}
