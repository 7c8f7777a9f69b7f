// What lies in the bucket of the environment's settings, asked by our own hand and not by Holdall's.

import { createHmac } from 'node:crypto';
import { sha256 } from './content.mjs';

/** Every object whose name begins so: a map from names to sizes in bytes. */
export async function objects(prefix) {
    const found = new Map();
    for (let more = ''; more !== undefined; ) {
        const page = await list({ 'list-type': '2', prefix, ...(more && { 'continuation-token': more }) });
        for (const [, text] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) found.set(tag(text, 'Key'), +tag(text, 'Size'));
        more = page.includes('<IsTruncated>true') ? tag(page, 'NextContinuationToken') : undefined;
    }
    return found;
}

/** The names of all multipart uploads that nobody has ended. */
export async function multipartUploads() {
    const page = await list({ uploads: '' });
    if (page.includes('<IsTruncated>true')) throw new Error('more unfinished uploads than one page of the bucket lists');
    return [...page.matchAll(/<Upload>(.*?)<\/Upload>/gs)].map(([, text]) => tag(text, 'Key'));
}

const tag = (text, name) => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1];

async function list(asked) {
    const { AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: region, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = process.env;
    const written = Object.entries(asked).map(pair => pair.map(encodeURIComponent).join('=')).sort();
    const [host, path, query] = [new URL(endpoint).host, `/${process.env.HOLDALL_BUCKET}`, written.join('&')];
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
    const names = 'host;x-amz-content-sha256;x-amz-date';
    const request = ['GET', path, query, `host:${host}`, `x-amz-content-sha256:${sha256('')}`, `x-amz-date:${time}`, '', names, sha256('')];
    const key = scope.split('/').reduce((key, part) => createHmac('sha256', key).update(part).digest(), `AWS4${secret}`);
    const text = ['AWS4-HMAC-SHA256', time, scope, sha256(request.join('\n'))].join('\n');
    const signature = createHmac('sha256', key).update(text).digest('hex');
    const answer = await fetch(`${endpoint}${path}?${query}`, {
        headers: {
            'x-amz-content-sha256': sha256(''),
            'x-amz-date': time,
            authorization: `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
        },
    });
    if (!answer.ok) throw new Error(`the bucket cannot be listed: ${await answer.text()}`);
    return answer.text();
}
