// Direct access to a bucket, by addresses that are presigned here (AWS signature version 4, in the query).

import { createHmac } from 'node:crypto';

import { sha256 } from '../tests/samples';
import { given } from '../tests/site';

type Query = Record<string, string>;

/** How often a request is sent at most. */
const ATTEMPTS = 10;

/** Lets pages of any origin send parts, and read the store's responses. */
const CORS = `<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedHeader>*</AllowedHeader>
    <AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>
    <ExposeHeader>ETag</ExposeHeader></CORSRule></CORSConfiguration>`;

export class Bucket {
    private readonly endpoint = given('AWS_ENDPOINT_URL_S3');

    constructor(readonly name: string) {}

    /** A presigned address of an object, or of the bucket itself, valid for one hour. */
    presigned(method: string, key: string, query: Query = {}): string {
        const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
        const scope = `${time.slice(0, 8)}/${given('AWS_REGION')}/s3/aws4_request`;
        const signed = {
            ...query, 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Credential': `${given('AWS_ACCESS_KEY_ID')}/${scope}`, 'X-Amz-Date': time,
            'X-Amz-Expires': '3600', 'X-Amz-SignedHeaders': 'host',
        };
        const written = Object.entries(signed).map(pair => pair.map(encodeURIComponent).join('=')).sort().join('&');
        const path = key ? `/${this.name}/${key}` : `/${this.name}`;
        const request = [method, path, written, `host:${new URL(this.endpoint).host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
        const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
        const key4 = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${given('AWS_SECRET_ACCESS_KEY')}`);
        const text = ['AWS4-HMAC-SHA256', time, scope, sha256(Buffer.from(request))].join('\n');
        return `${this.endpoint}${path}?${written}&X-Amz-Signature=${hmac(key4, text).toString('hex')}`;
    }

    /** Sends a request to such an address; again, as S3 clients do, while the store answers that it is busy. */
    async ask(method: string, key: string, query: Query = {}, body?: BodyInit): Promise<string> {
        for (let attempt = 1; ; attempt += 1) {
            const answer = await fetch(this.presigned(method, key, query), { method, body });
            const text = await answer.text();
            if (answer.ok) return text;
            if (answer.status !== 503 || attempt === ATTEMPTS) throw new Error(`${method} ${this.name}/${key}: ${answer.status} ${text}`);
            await new Promise(next => setTimeout(next, attempt * 100));
        }
    }

    /** Sets the CORS rules that an operator has to set before browsers can upload straight to the bucket. */
    async letBrowsersIn() {
        await this.ask('PUT', '', { cors: '' }, CORS);
    }
}
