// Ways that are slow, that end requests which take long, or along which a browser cannot send a slice of a file. What is
// asserted is what was sent and what the tray says, never how long it took.

import { randomUUID } from 'node:crypto';

import { choose, expect, save, signUp, someone, test as base } from './holdall';
import { given, Site } from './site';
import { slices } from './slices';
import { onDisk, row, status, tray, upstream } from './tray';
import { limitedWay, slowStore, type Limits, type Way } from './ways';

const MIB = 1 << 20;

interface Fixtures {
    limits: Limits;
    /** What lies between the browser and the site. */
    way: Way;
}

const test = base.extend<Fixtures>({
    limits: [{}, { option: true }],
    way: async ({ limits }, use) => {
        const way = await limitedWay(given('HOLDALL_E2E_LOCAL'), limits);
        await use(way);
        way.close();
    },
});
test.use({ baseURL: async ({ way }, use) => use(way.address) });

test.skip(({ javaScriptEnabled, place }) => javaScriptEnabled === false || place !== 'local', 'parts need scripts, and one site is enough');

/** Chromium's word about a request that was ended, or answered by the proxy. */
const ended = [/^Failed to load resource: (net::ERR_|the server responded with a status of 504)/];

/** How often each part was sent, whatever came of it. */
function times({ sent }: Way): number[] {
    const counts = new Map<string, number>();
    for (const { part } of sent) counts.set(part, (counts.get(part) ?? 0) + 1);
    return [...counts.values()];
}

for (const kind of ['ends untold', 'fails'] as const) {
    test.describe(`a browser in which sending a slice of a file ${kind}`, () => {
        test('sends the bytes that it has read', async ({ page, way }, info) => {
            await page.addInitScript(slices, kind);
            await signUp(page, someone());
            const big = onDisk(info, 'big.bin', 20 * MIB);
            await choose(page, true, big.path);
            await expect(status(page)).toHaveText('1 file uploaded', { timeout: 30_000 });
            expect(times(way)).toEqual([1, 1, 1]);
            expect((await save(page, big.name)).sha256).toBe(big.sha256);
        });
    });
}

test.describe('a way that ends requests after a time', () => {
    test.use({ limits: { body: 12_000 }, allowed: ended });

    test('is kept to by smaller parts', async ({ page, way }, info) => {
        test.setTimeout(120_000);
        await signUp(page, someone());
        await upstream(page, 600_000);
        const big = onDisk(info, 'big.bin', 8 * MIB + 1234);
        await choose(page, true, big.path);
        await expect(row(page, big.name)).toContainText('so it is sent again in smaller parts', { timeout: 40_000 });
        await upstream(page, 0);
        await expect(status(page)).toHaveText('1 file uploaded', { timeout: 60_000 });
        const uploads = new Set(way.sent.map(({ part }) => part.split('/')[2]));
        expect(uploads.size).toBe(2);
        expect(times(way).every(count => count === 1)).toBe(true);
        expect(way.sent.length).toBeGreaterThan(2);
        expect(way.sent.filter(({ status }) => status !== 204)).toEqual([way.sent[0]]);
        expect((await save(page, big.name)).sha256).toBe(big.sha256);
    });

    test('is named where no part can keep to it', async ({ page, way }, info) => {
        test.setTimeout(120_000);
        await signUp(page, someone());
        await upstream(page, 60_000);
        const small = onDisk(info, 'small.bin', MIB);
        await choose(page, true, small.path);
        await expect(row(page, small.name)).toContainText(/ends each request after about 1\d seconds/, { timeout: 60_000 });
        await expect(row(page, small.name)).toContainText('ask whoever runs the site to let requests take longer');
        expect(times(way)).toEqual([2]);
        await upstream(page, 0);
        await tray(page).getByRole('button', { name: `Try again: ${small.name}` }).click();
        await expect(status(page)).toHaveText('1 file uploaded');
    });
});

test.describe('a slow way behind the site', () => {
    let store: Way;
    test.use({
        limits: { answer: 3000 },
        way: async ({ limits }, use, info) => {
            const bucket = given('HOLDALL_E2E_S3').split(' ').map(setting => setting.split(/=(.*)/s).slice(0, 2) as [string, string]);
            const settings = Object.fromEntries(bucket);
            store = await slowStore(settings.AWS_ENDPOINT_URL_S3, 2_000_000);
            const site = await Site.at(info.outputPath('data'));
            await site.start({
                ...settings, AWS_ENDPOINT_URL_S3: store.address, HOLDALL_UPLOADS: 'app', HOLDALL_PRIVATE_LOCATION: `slow/${randomUUID()}`,
                HOLDALL_STATIC_LOCATION: 'slow/static', HOLDALL_MEDIA_LOCATION: 'slow/media',
            });
            const way = await limitedWay(site.address, limits);
            await use(way);
            way.close();
            await site.stop();
            store.close();
        },
        allowed: ended,
    });

    test('is waited for, and no part is sent twice', async ({ page, way }, info) => {
        test.setTimeout(120_000);
        await signUp(page, someone());
        const big = onDisk(info, 'big.bin', 20 * MIB);
        await choose(page, true, big.path);
        await expect(row(page, big.name)).toContainText('is still on its way to where the site keeps it', { timeout: 30_000 });
        await expect(status(page)).toHaveText('1 file uploaded', { timeout: 90_000 });
        expect(way.sent.map(({ status }) => status)).toContain(504);
        expect(times(way)).toEqual([1, 1, 1]);
        expect(times(store).every(count => count === 1)).toBe(true);
        expect((await save(page, big.name)).sha256).toBe(big.sha256);
    });
});
