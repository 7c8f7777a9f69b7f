// Addresses of the bucket of the environment's settings, signed by our own hand (AWS signature 4, query form).

import { createHmac } from 'node:crypto';
import { sha256 } from './content.mjs';

/** An address that is good for an hour: `query` is what it says besides the signature. */
export function presigned(method, key, query = {}) {
    const { AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: region, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = process.env;
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
    const said = { ...query, 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Credential': `${id}/${scope}`, 'X-Amz-Date': time, 'X-Amz-Expires': '3600', 'X-Amz-SignedHeaders': 'host' };
    const written = Object.entries(said).map(pair => pair.map(encodeURIComponent).join('=')).sort().join('&');
    const path = `/${process.env.HOLDALL_BUCKET}/${key}`;
    const request = [method, path, written, `host:${new URL(endpoint).host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
    const secretOfDay = scope.split('/').reduce((key, part) => createHmac('sha256', key).update(part).digest(), `AWS4${secret}`);
    const text = ['AWS4-HMAC-SHA256', time, scope, sha256(request)].join('\n');
    return `${endpoint}${path}?${written}&X-Amz-Signature=${createHmac('sha256', secretOfDay).update(text).digest('hex')}`;
}

/** Asks the bucket at such an address. */
export async function ask(method, key, query, body) {
    const answer = await fetch(presigned(method, key, query), { method, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${key}: ${answer.status} ${text}`);
    return text;
}
