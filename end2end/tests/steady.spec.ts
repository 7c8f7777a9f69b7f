// Nothing moves when the browser half takes a page over.

import { choose, expect, file, holdBrowserHalf, makeFolder, signUp, someone, test } from './holdall';
import { text } from './samples';

test.skip(({ javaScriptEnabled, place }) => javaScriptEnabled === false || place !== 'local', 'once is enough, with scripts on');

for (const [device, width] of [['desktop', 1280], ['phone', 390]] as const) {
    test(`nothing moves on a ${device} when the browser half takes the list over`, async ({ page }, info) => {
        await signUp(page, someone());
        for (const name of ['a.txt', 'a report of many words about a thing that has a long name.txt']) {
            await choose(page, true, text(name));
            await expect(page.getByRole('row').filter({ hasText: name })).toContainText('verified', { timeout: 30_000 });
        }
        await makeFolder(page, 'Letters');
        await page.setViewportSize({ width, height: 800 });
        await page.addInitScript(() => {
            const moved: string[] = [];
            Object.assign(window, { moved });
            new PerformanceObserver(list => {
                for (const entry of list.getEntries() as (PerformanceEntry & { value: number; sources: { node?: Element }[] })[]) {
                    moved.push(`${entry.value}: ${entry.sources.map(({ node }) => node?.nodeName + '.' + node?.className).join(', ')}`);
                }
            }).observe({ type: 'layout-shift', buffered: true });
        });
        const pass = await holdBrowserHalf(page);
        await page.goto('/files', { waitUntil: 'commit' });
        await expect(file(page, 'a.txt')).toBeVisible();
        await page.screenshot({ path: info.outputPath('before.png') });
        pass();
        await expect(page.getByRole('checkbox', { name: 'Select all' })).toBeVisible();
        await page.screenshot({ path: info.outputPath('after.png') });
        // A shift is reported with the frame after it.
        await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
        expect(await page.evaluate(() => (window as unknown as { moved: string[] }).moved)).toEqual([]);
    });
}
