// A store that refuses parts for good, as one that takes few parts, or whose key may not write.

import { randomUUID } from 'node:crypto';

import { choose, expect, signUp, someone, test as base } from './holdall';
import { proxyBefore, type Proxy } from './proxy';
import { given, Site, type Settings } from './site';
import { onDisk, row } from './tray';

interface Fixtures {
    store: Proxy;
    uploads: 'app' | 'direct';
    site: Site;
}

const test = base.extend<Fixtures>({
    uploads: ['app', { option: true }],
    store: async ({}, use) => {
        const endpoint = /AWS_ENDPOINT_URL_S3=(\S+)/.exec(given('HOLDALL_E2E_S3'))![1]!;
        const store = await proxyBefore(endpoint);
        await use(store);
        store.close();
    },
    site: async ({ store, uploads }, use, info) => {
        const bucket = given('HOLDALL_E2E_S3').split(' ').map(setting => setting.split(/=(.*)/s).slice(0, 2) as [string, string]);
        const settings: Settings = {
            ...Object.fromEntries(bucket),
            AWS_ENDPOINT_URL_S3: store.address, HOLDALL_UPLOADS: uploads,
            HOLDALL_PRIVATE_LOCATION: `refusing/${randomUUID()}`,
        };
        const site = await Site.at(info.outputPath('data'));
        await site.start(settings);
        await use(site);
        await site.stop();
    },
    baseURL: async ({ site }, use) => use(site.address),
});

test.skip(({ place }) => place !== 'garage', 'it is about a bucket');

for (const uploads of ['app', 'direct'] as const) {
    for (const [code, status, from] of [['InvalidArgument', 400, 6], ['AccessDenied', 403, 1]] as const) {
        test.describe(`${code} from part ${from} on, parts by ${uploads}`, () => {
            test.use({ uploads });

            test('ends the upload soon, with what the store said, and is not asked again', async ({ page, store }, info) => {
                let refused = 0;
                store.instead = ({ method, url }) => {
                    const part = Number(new URL(url!, store.address).searchParams.get('partNumber') ?? 0);
                    if (method !== 'PUT' || part < from) return undefined;
                    refused += 1;
                    const headers = { 'content-type': 'application/xml', 'access-control-allow-origin': '*' };
                    return { status, headers, body: `<Error><Code>${code}</Code><Message>no</Message></Error>`, waits: true };
                };
                await signUp(page, someone());
                const big = onDisk(info, 'big.bin', 64 << 20);
                await choose(page, true, big.path);
                const sentence = `The place where this site keeps its data refuses this file for good (${code}), so it is not sent again. Tell whoever runs the site.`;
                await expect(row(page, big.name).getByRole('alert')).toHaveText(sentence, { timeout: 45_000 });
                const until = refused;
                expect(until).toBeLessThanOrEqual(4);
                await page.waitForTimeout(5000);
                expect(refused).toBe(until);
                for (const [name, width] of [['desktop', 1280], ['phone', 390]] as const) {
                    await page.setViewportSize({ width, height: 800 });
                    await page.screenshot({ path: info.outputPath(`${name}.png`) });
                }
            });
        });
    }
}
