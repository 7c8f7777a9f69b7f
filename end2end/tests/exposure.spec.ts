// Public locations on another origin: what pages load from there, and what the browser allows.

import { expect, heading, open, signUp, someone, test } from './holdall';
import { png } from './samples';

test('pages load the release and faces from where they are exposed, and nothing is violated', async ({ page, place, baseURL, javaScriptEnabled }) => {
    const elsewhere = place === 'policy' || place === 'acl' || place === 'cdn';
    const loaded: string[] = [];
    page.on('response', answer => {
        if (/\/(static|media)\//.test(answer.url())) loaded.push(`${new URL(answer.url()).origin} ${answer.status()}`);
    });
    await signUp(page, someone());
    await open(page, 'Account');
    await page.getByLabel('Avatar').setInputFiles(png('me.png'));
    await page.getByRole('button', { name: 'Save avatar' }).click();
    await expect(page.getByText('Your picture is changed.')).toBeVisible();
    const picture = page.locator('main img.avatar');
    await expect(picture).toBeVisible();
    await expect.poll(() => picture.evaluate(img => (img as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    await page.waitForLoadState('networkidle');

    const origins = new Set(loaded.map(line => line.split(' ')[0]));
    expect(origins.size).toBe(1);
    expect(origins.has(baseURL!)).toBe(!elsewhere);
    // 206 and 304 answer range and conditional requests; any other status means not found or not allowed.
    expect(loaded.filter(line => !/ (200|206|304)$/.test(line))).toEqual([]);
    if (javaScriptEnabled !== false) expect(loaded.length).toBeGreaterThan(4);

    for (const link of await page.locator('head link[rel=stylesheet], head link[rel=modulepreload], head script[src]').all()) {
        expect(await link.getAttribute('integrity')).toMatch(/^sha256-/);
        expect(await link.getAttribute('crossorigin')).toBe('anonymous');
    }
});

test.describe('where somebody changed a file', () => {
    test.use({ allowed: [/Failed to find a valid digest|Failed to load module script|Failed to fetch|preload|^uncaught: $/] });

    test('the browser does not run it, and the page works without', async ({ page, javaScriptEnabled }) => {
        test.skip(javaScriptEnabled === false, 'no script is run');
        let changed = 0;
        for (const part of ['start.js', 'holdall.js']) {
            await page.route(new RegExp(`/static/.*${part}`), async route => {
                // Browsers resolve *.localhost, Node.js does not.
                const url = new URL(route.request().url());
                const headers = { ...route.request().headers(), host: url.host };
                url.hostname = '127.0.0.1';
                const answer = await route.fetch({ url: url.href, headers });
                changed += 1;
                await route.fulfill({ response: answer, body: `${await answer.text()}\nwindow.changed = true;`, headers: { ...answer.headers(), 'content-encoding': '' } });
            });
            await signUp(page, someone());
            await page.waitForLoadState('networkidle');
            expect(await page.evaluate(() => 'changed' in window)).toBe(false);
            await page.unrouteAll();
            await page.context().clearCookies();
        }
        expect(changed).toBeGreaterThanOrEqual(2);
        await signUp(page, someone());
        await expect(heading(page, 'Files')).toBeVisible();
    });
});
