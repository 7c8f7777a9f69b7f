// The stores on which Holdall runs: its local folder, or a bucket of the Garage that `end2end/proof/run` has started.

import { given, type Settings } from '../tests/site';

import { Bucket } from './bucket';

export interface Store {
    name: string;
    bucket?: Bucket;
    settings: Settings;
}

function garage(name: string, bucket: Bucket, uploads: 'direct' | 'app'): Store {
    const settings = {
        HOLDALL_STORAGE: 's3', HOLDALL_BUCKET: bucket.name, HOLDALL_UPLOADS: uploads,
        ...Object.fromEntries(['AWS_ENDPOINT_URL_S3', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map(name => [name, given(name)])),
    };
    return { name, bucket, settings };
}

export const FOLDER: Store = { name: 'local folder', settings: {} };
export const DIRECT = garage('Garage, parts straight to it', new Bucket('direct'), 'direct');
export const THROUGH = garage('Garage, parts through Holdall', new Bucket('through'), 'app');
export const STORES = [FOLDER, DIRECT, THROUGH];

/** A bucket for baselines without Holdall. */
export const BARE = new Bucket('bare');
